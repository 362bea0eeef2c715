"""Everything WAHA put together: routes, the key at the door, refusals in its own words."""

import secrets

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from parley.simulator.background import Background
from parley.simulator.courier import Courier
from parley.simulator.traffic import Traffic
from parley.simulator.waha.accepting import Acceptance
from parley.simulator.waha.address_book import AddressBook
from parley.simulator.waha.changes import ChangeEndpoints
from parley.simulator.waha.chats import ChatEndpoints
from parley.simulator.waha.composing import ComposingEndpoints
from parley.simulator.waha.contacts import ContactEndpoints
from parley.simulator.waha.doors import WahaDoors
from parley.simulator.waha.errors import WahaRefusal, unauthorized
from parley.simulator.waha.events import WahaEvents
from parley.simulator.waha.groups import GroupEndpoints
from parley.simulator.waha.happenings import Happenings
from parley.simulator.waha.history import HistoryEndpoints
from parley.simulator.waha.identity import environment
from parley.simulator.waha.labels import LabelEndpoints
from parley.simulator.waha.lifecycle import Lifecycle
from parley.simulator.waha.membership import Membership
from parley.simulator.waha.pairing import PairingEndpoints
from parley.simulator.waha.samples import Samples
from parley.simulator.waha.sending import SendingEndpoints
from parley.simulator.waha.sessions import SessionEndpoints
from parley.simulator.waha.shapes import WahaShapes
from parley.simulator.waha.surroundings import SurroundingEndpoints
from parley.simulator.waha.webhooks import Webhooks
from parley.simulator.world import World


class KeyGate:
    """Lets a request pass with the right `X-Api-Key`, or `?x-api-key=` as WAHA allows for files."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self.key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        given = connection.headers.get("x-api-key") or connection.query_params.get("x-api-key", "")
        if not secrets.compare_digest(given.encode(), self.key.encode()):
            raise unauthorized()
        await self.app(scope, receive, send)


class WahaService:
    def __init__(self, world: World, traffic: Traffic, courier: Courier, background: Background) -> None:
        self.world = world
        self.shapes = WahaShapes(world)
        self.book = AddressBook(world)
        self.webhooks = Webhooks(world, courier)
        self.events = WahaEvents(world, self.webhooks, self.shapes, self.book)
        self.happenings = Happenings(world, self.events)
        self.membership = Membership(world, self.book, self.happenings)
        self.lifecycle = Lifecycle(world, self.events, background)
        self.sessions = SessionEndpoints(world, self.lifecycle, self.webhooks)
        acceptance = Acceptance(world, traffic, self.shapes)
        # Fixed paths such as /contacts/all stand before those that begin with a session's name.
        self.endpoints = (
            self.sessions,
            SendingEndpoints(world, traffic, courier, acceptance),
            ComposingEndpoints(world, acceptance, self.happenings),
            ContactEndpoints(world, self.events),
            HistoryEndpoints(world, self.shapes),
            ChatEndpoints(world, traffic, self.shapes, self.happenings),
            ChangeEndpoints(world, traffic, self.shapes, acceptance),
            PairingEndpoints(world, self.lifecycle),
            GroupEndpoints(self.membership),
            LabelEndpoints(world, self.happenings),
            SurroundingEndpoints(world, self.events, self.happenings),
        )
        samples = Samples(self.events, self.happenings)
        self.doors = WahaDoors(self.sessions, traffic, self.membership, samples, background)
        self.started_at = world.now()

    def routes(self) -> list[BaseRoute]:
        key = Middleware(KeyGate, key=self.world.configuration.waha_api_key)
        api: list[BaseRoute] = [
            Route("/server/version", self.version, methods=["GET"]),
            Route("/version", self.version, methods=["GET"]),
            Route("/server/status", self.status, methods=["GET"]),
        ]
        for endpoints in self.endpoints:
            api.extend(endpoints.routes())
        return [
            Mount("/api", routes=api, middleware=[key]),
            Route("/ping", self.ping, methods=["GET"]),
            Route("/health", self.health, methods=["GET"], middleware=[key]),
        ]

    async def version(self, _request: Request) -> Response:
        return JSONResponse(environment(self.world.engine))

    async def status(self, _request: Request) -> Response:
        uptime = int((self.world.now() - self.started_at) * 1000)
        started = int(self.started_at * 1000)
        return JSONResponse({"startTimestamp": started, "uptime": uptime, "worker": {"id": None}})

    async def ping(self, _request: Request) -> Response:
        return JSONResponse({"message": "pong"})

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "info": {}, "error": {}, "details": {}})


async def answer_refusal(_request: Request, error: Exception) -> Response:
    if not isinstance(error, WahaRefusal):
        raise error
    return JSONResponse(error.body, status_code=error.status)
