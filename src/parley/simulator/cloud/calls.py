"""Calls and groups as far as a client that only asks needs them: calls are taken, groups there are none."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.cloud.requests import number_in_path, paged, read_body
from parley.simulator.world import World

DAY = 86_400


class CallEndpoints:
    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{object:digits}/calls", self.call, methods=["POST"]),
            Route("/{object:digits}/call_permissions", self.permissions, methods=["GET"]),
            Route("/{object:digits}/groups", self.groups, methods=["GET", "POST"]),
        ]

    async def call(self, request: Request) -> Response:
        """`connect` begins a call to somebody who wrote within a day; the other actions only succeed."""
        number = number_in_path(self.world, request)
        body = await read_body(request)
        if body.get("action") != "connect":
            return JSONResponse({"messaging_product": "whatsapp", "success": True})
        person = self.world.person(str(body.get("to") or "").lstrip("+"))
        if not self.world.window_is_open(number.channel, person.wa_id):
            raise GraphRefusal(138006)
        call_id = f"wacid.{self.world.identities.secret()[:24]}"
        return JSONResponse({"messaging_product": "whatsapp", "calls": [{"id": call_id}]})

    async def permissions(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        wa_id = request.query_params.get("user_wa_id", "")
        is_allowed = self.world.window_is_open(number.channel, wa_id)
        limits = [{"time_period": "PT24H", "max_allowed": 5, "current_usage": 0, "limit_expiration_time": 0}]
        actions = [{"action_name": "start_call", "can_perform_action": is_allowed, "limits": limits}]
        permission = {
            "status": "temporary" if is_allowed else "no_permission",
            "expiration_time": int(self.world.now()) + DAY,
        }
        return JSONResponse({"messaging_product": "whatsapp", "permission": permission, "actions": actions})

    async def groups(self, request: Request) -> Response:
        number_in_path(self.world, request)
        if request.method == "POST":
            raise GraphRefusal(131215, "Groups are not available for this number.")
        empty = paged(request, [])
        return JSONResponse({"data": {"groups": []}, "paging": empty["paging"]})
