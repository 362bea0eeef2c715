"""Everything of the Cloud API put together, and its routes.

Any version prefix is taken off before routing (`VersionPrefix`), because one published client sends none.
"""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from parley.simulator.cloud.accounts import AccountEndpoints
from parley.simulator.cloud.calls import CallEndpoints
from parley.simulator.cloud.errors import GraphRefusal, unknown_object
from parley.simulator.cloud.events import CloudEvents
from parley.simulator.cloud.flows import FlowEndpoints
from parley.simulator.cloud.handshake import Handshake
from parley.simulator.cloud.limits import Limiter
from parley.simulator.cloud.media import MediaEndpoints
from parley.simulator.cloud.messages import MessagesEndpoint
from parley.simulator.cloud.notices import Notices
from parley.simulator.cloud.numbers import NumberEndpoints
from parley.simulator.cloud.phone import CloudPhone
from parley.simulator.cloud.qr_codes import QrCodeEndpoints
from parley.simulator.cloud.requests import app_of_token, number_in_path
from parley.simulator.cloud.templates import TemplateEndpoints
from parley.simulator.courier import Courier
from parley.simulator.records import App
from parley.simulator.traffic import Traffic
from parley.simulator.world import World

VERSION = re.compile(r"^/v\d+(\.\d+)?(?=/)")


class VersionPrefix:
    """Takes `/v25.0` off the path, and a slash at its end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (found := VERSION.match(scope["path"])) is not None:
            path = scope["path"][found.end() :]
            path = path if path.endswith("/attachments/") else path.rstrip("/")
            scope = {**scope, "path": path, "parley.version": found[0]}
        await self.app(scope, receive, send)


class CloudService:
    def __init__(self, world: World, traffic: Traffic, courier: Courier) -> None:
        self.world = world
        self.events = CloudEvents(world, courier)
        self.handshake = Handshake(courier)
        self.limiter = Limiter(world)
        self.events.limiter = self.limiter
        self.notices = Notices(world, self.events.outbox)
        self.phone = CloudPhone(world, self.notices, self.events.shapes)
        self.media = MediaEndpoints(world)
        self.messages = MessagesEndpoint(world, traffic, courier, self.limiter)
        self.numbers = NumberEndpoints(world, self.limiter, self.handshake)
        self.accounts = AccountEndpoints(world, self.limiter, self.handshake)
        self.templates = TemplateEndpoints(world, self.limiter, self.notices)
        self.flows = FlowEndpoints(world)
        self.qr_codes = QrCodeEndpoints(world)
        self.calls = CallEndpoints(world)
        for forget in (self.limiter.forget, self.templates.forget, self.flows.flows.clear):
            world.when_forgotten(forget)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{object:digits}/messages", self._messages, methods=["POST"]),
            Route("/{object:digits}/marketing_messages", self._market, methods=["POST"]),
            *self.media.routes(),
            *self.numbers.routes(),
            *self.accounts.routes(),
            *self.templates.routes(),
            *self.flows.routes(),
            *self.qr_codes.routes(),
            *self.calls.routes(),
            Route("/{object:digits}", self.object, methods=["GET", "POST", "DELETE"]),
        ]

    async def _messages(self, request: Request) -> Response:
        return await self.messages(request)

    async def _market(self, request: Request) -> Response:
        return await self.messages.market(request)

    async def object(self, request: Request) -> Response:
        """GET, POST or DELETE of an id that may be anything."""
        app = app_of_token(self.world, request)
        object_id: str = request.path_params["object"]
        if object_id in self.world.media and request.method != "POST":
            if request.method == "DELETE":
                return self.media.delete(object_id)
            return self.media.describe(request, self.world.media[object_id])
        if object_id in self.world.templates:
            return await self._template(request, app)
        if object_id in self.flows.flows:
            return await self.flows.object(request)
        if object_id in self.world.numbers and request.method != "DELETE":
            if request.method == "POST":
                return await self.numbers.configure(request)
            return self.numbers.describe(request, number_in_path(self.world, request))
        account = self.world.accounts.get(object_id)
        if account is None or account.app_id != app.id or request.method == "DELETE":
            raise unknown_object(object_id)
        if request.method == "POST":
            return await self.accounts.configure(request)
        return self.accounts.describe(request, account)

    async def _template(self, request: Request, app: App) -> Response:
        template = self.world.templates[request.path_params["object"]]
        if self.world.accounts[template.account_id].app_id != app.id or request.method == "DELETE":
            raise unknown_object(template.id)
        if request.method == "POST":
            return await self.templates.edit(request, template)
        return self.templates.describe(request, template)


async def answer_refusal(_request: Request, error: Exception) -> Response:
    if not isinstance(error, GraphRefusal):
        raise error
    headers = dict(error.headers)
    if error.status == 401:
        headers["www-authenticate"] = 'OAuth "Facebook Platform" "invalid_token"'
    return JSONResponse(error.body, status_code=error.status, headers=headers)
