"""Endpoints that change a message: edit, delete for everyone, pin, star."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.records import Message, Session
from parley.simulator.traffic import Traffic
from parley.simulator.waha.accepting import Acceptance
from parley.simulator.waha.errors import bad_request
from parley.simulator.waha.requests import message_named, read_json, text_field, working_session
from parley.simulator.waha.shapes import WahaShapes
from parley.simulator.world import World

PIN_SECONDS = frozenset({86_400, 604_800, 2_592_000})


class ChangeEndpoints:
    def __init__(self, world: World, traffic: Traffic, shapes: WahaShapes, acceptance: Acceptance) -> None:
        self.world = world
        self.traffic = traffic
        self.shapes = shapes
        self.acceptance = acceptance

    def routes(self) -> list[Route]:
        path = "/{session}/chats/{chat}/messages/{message}"
        return [
            Route(path, self.edit, methods=["PUT"]),
            Route(path, self.revoke, methods=["DELETE"]),
            Route(f"{path}/pin", self.pin, methods=["POST"]),
            Route(f"{path}/unpin", self.pin, methods=["POST"]),
            Route("/star", self.star, methods=["PUT"]),
        ]

    async def edit(self, request: Request) -> Response:
        session, message = self._own_message(request)
        edited = self.traffic.edit(message, text_field(await read_json(request), "text"))
        return self._about(session, edited, deleted=False)

    async def revoke(self, request: Request) -> Response:
        session, message = self._own_message(request)
        self.traffic.revoke(message)
        return self._about(session, message, deleted=True)

    def _about(self, session: Session, message: Message, *, deleted: bool) -> Response:
        change_id = self.world.identities.waha_message()
        shown = self.shapes.change_answer(session, message, change_id, deleted=deleted)
        return Response(status_code=200) if shown is None else JSONResponse(shown)

    async def pin(self, request: Request) -> Response:
        session = working_session(self.world, request.path_params["session"])
        message = message_named(self.world, session, request.path_params["message"])
        seconds = 0
        if request.url.path.endswith("/pin"):
            seconds = (await read_json(request)).get("duration", 86_400)
            if not isinstance(seconds, int) or seconds not in PIN_SECONDS:
                raise bad_request("duration must be one of 86400, 604800, 2592000")
        until = self.world.now() + seconds if seconds else 0
        self.world.save_message(replace(message, pinned_until=until))
        return JSONResponse({"success": True}, status_code=201)

    async def star(self, request: Request) -> Response:
        body = await read_json(request)
        session = self.acceptance.session_of(body)
        message = message_named(self.world, session, text_field(body, "messageId"))
        self.world.save_message(replace(message, starred=body.get("star") is True))
        return Response(status_code=200)

    def _own_message(self, request: Request) -> tuple[Session, Message]:
        session = working_session(self.world, request.path_params["session"])
        message = message_named(self.world, session, request.path_params["message"])
        if not message.from_us:
            raise bad_request("Only own messages can be changed")
        return session, message
