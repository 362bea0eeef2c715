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
from parley.simulator.waha.errors import WahaRefusal, unauthorized
from parley.simulator.waha.events import WahaEvents, environment
from parley.simulator.waha.lifecycle import Lifecycle
from parley.simulator.waha.reading import ReadingEndpoints
from parley.simulator.waha.sending import SendingEndpoints
from parley.simulator.waha.sessions import SessionEndpoints
from parley.simulator.waha.shapes import WahaShapes
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
        self.events = WahaEvents(world, courier, self.shapes)
        self.lifecycle = Lifecycle(world, self.events, background)
        self.endpoints = (
            SessionEndpoints(world, self.lifecycle),
            SendingEndpoints(world, traffic, courier, self.shapes),
            ReadingEndpoints(world, traffic, self.shapes),
        )
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
