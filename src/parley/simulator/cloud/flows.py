"""Flows: drafts that can be published, kept as long as the process."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from parley.simulator.cloud.errors import GraphRefusal, unknown_object
from parley.simulator.cloud.requests import account_in_path, app_of_token, fields_of, paged, read_body
from parley.simulator.records import Json
from parley.simulator.world import World

DEFAULT_FIELDS = ("id", "name", "status", "categories", "validation_errors")
PREVIEW = {
    "preview_url": "https://business.facebook.com/wa/manage/flows/1/preview/",
    "expires_at": "2027-01-01T00:00:00+0000",
}
HEALTH = {"can_send_message": "AVAILABLE", "entities": []}


class FlowEndpoints:
    def __init__(self, world: World) -> None:
        self.world = world
        self.flows: dict[str, Json] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{object:digits}/flows", self.list, methods=["GET"]),
            Route("/{object:digits}/flows", self.create, methods=["POST"]),
            Route("/{object:digits}/assets", self.assets, methods=["GET", "POST"]),
            Route("/{object:digits}/publish", self.publish, methods=["POST"]),
            Route("/{object:digits}/deprecate", self.deprecate, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        account = account_in_path(self.world, request)
        found = [flow for flow in self.flows.values() if flow["account"] == account.id]
        return JSONResponse(
            paged(request, [fields_of(request, flow, default=DEFAULT_FIELDS) for flow in found])
        )

    async def create(self, request: Request) -> Response:
        account = account_in_path(self.world, request)
        body = await read_body(request)
        if not body.get("name") or not body.get("categories"):
            raise GraphRefusal(100, "(#100) Params name and categories are required")
        flow: Json = {
            "id": self.world.identities.digits(16),
            "account": account.id,
            "name": body["name"],
            "status": "PUBLISHED" if body.get("publish") else "DRAFT",
            "categories": body["categories"],
            "validation_errors": [],
            "json_version": "7.0",
            "data_api_version": "3.0",
            "endpoint_uri": body.get("endpoint_uri"),
            "preview": PREVIEW,
            "whatsapp_business_account": {"id": account.id, "name": account.name},
            "health_status": HEALTH,
        }
        self.flows[flow["id"]] = flow
        return JSONResponse({"id": flow["id"], "success": True, "validation_errors": []})

    async def object(self, request: Request) -> Response:
        """GET, POST (facts) or DELETE (of a draft) of a flow."""
        flow = self._flow(request)
        if request.method == "GET":
            return JSONResponse(fields_of(request, flow, default=DEFAULT_FIELDS))
        if request.method == "DELETE":
            if flow["status"] != "DRAFT":
                raise GraphRefusal(139004, "Only a draft can be deleted.")
            del self.flows[flow["id"]]
        else:
            body = await read_body(request)
            flow |= {name: body[name] for name in ("name", "categories", "endpoint_uri") if name in body}
        return JSONResponse({"success": True})

    async def assets(self, request: Request) -> Response:
        self._flow(request)
        if request.method == "POST":
            return JSONResponse({"success": True, "validation_errors": []})
        row = {
            "name": "flow.json",
            "asset_type": "FLOW_JSON",
            "download_url": "https://example.com/flow.json",
        }
        return JSONResponse(paged(request, [row]))

    async def publish(self, request: Request) -> Response:
        self._flow(request)["status"] = "PUBLISHED"
        return JSONResponse({"success": True})

    async def deprecate(self, request: Request) -> Response:
        flow = self._flow(request)
        if flow["status"] != "PUBLISHED":
            raise GraphRefusal(139003, "Only a published flow can be deprecated.")
        flow["status"] = "DEPRECATED"
        return JSONResponse({"success": True})

    def _flow(self, request: Request) -> Json:
        app = app_of_token(self.world, request)
        flow = self.flows.get(request.path_params["object"])
        if flow is None or self.world.accounts[flow["account"]].app_id != app.id:
            raise unknown_object(request.path_params["object"])
        return flow
