"""The simulator as one ASGI application."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

import parley
from parley.core.errors import DomainError
from parley.simulator.background import Background
from parley.simulator.cloud import service as cloud
from parley.simulator.cloud.errors import GraphRefusal, graph_error
from parley.simulator.configuration import Configuration
from parley.simulator.control.channel_doors import ChannelDoors
from parley.simulator.control.cloud_doors import CloudDoors
from parley.simulator.control.cloud_people_doors import CloudPeopleDoors
from parley.simulator.control.doors import Doors
from parley.simulator.control.guard import Guard
from parley.simulator.control.page import page
from parley.simulator.control.people_doors import PeopleDoors
from parley.simulator.control.requests import answer_refusal as answer_own_refusal
from parley.simulator.courier import Courier
from parley.simulator.fault_gate import FaultGate, api_of
from parley.simulator.faults import Faults
from parley.simulator.people.phones import Phones
from parley.simulator.people.receipts import Receipts
from parley.simulator.people.scripts import Scripts
from parley.simulator.traffic import Traffic
from parley.simulator.turns import Turns
from parley.simulator.waha import service as waha
from parley.simulator.waha.errors import WahaRefusal
from parley.simulator.waha.requests import base_url_of
from parley.simulator.world import World

HERE = Path(__file__).parent
WEB_STATIC = Path(parley.__file__).parent / "web" / "static"


class Digits(Convertor[str]):
    regex = "[0-9]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class SessionVerb(Digits):
    regex = "start|stop|restart|logout"


class ChatVerb(Digits):
    regex = "archive|unarchive|unread"


class GroupPart(Digits):
    regex = "participants|admin"


class Archiving(Digits):
    regex = "archive|unarchive"


register_url_convertor("digits", Digits())
register_url_convertor("archiving", Archiving())
register_url_convertor("sessionverb", SessionVerb())
register_url_convertor("chatverb", ChatVerb())
register_url_convertor("grouppart", GroupPart())


class House:
    """The parts of one simulator, put together in the order in which they need each other."""

    def __init__(self, configuration: Configuration) -> None:
        self.world = World(configuration)
        self.faults = Faults(self.world.now, self.world.identities.luck)
        self.background = Background()
        self.courier = Courier(self.world, self.faults, self.background)
        self.traffic = Traffic(self.world)
        self.waha = waha.WahaService(self.world, self.traffic, self.courier, self.background)
        self.cloud = cloud.CloudService(self.world, self.traffic, self.courier)
        self.traffic.outlets = {"waha": self.waha.events, "cloud": self.cloud.events}
        self.phones = Phones(self.world, self.traffic)
        self.receipts = Receipts(self.world, self.traffic)
        self.scripts = Scripts(self.world, self.traffic, self.phones, self.background)
        self.traffic.followers = [self.receipts, self.scripts]

    def routes(self) -> list[BaseRoute]:
        doors = [
            *Doors(self.world, self.faults, self.courier, self.scripts).routes(),
            *ChannelDoors(self.world, self.waha).routes(),
            *CloudDoors(self.world, self.cloud).routes(),
            *CloudPeopleDoors(self.world, self.phones, self.cloud.phone).routes(),
            *PeopleDoors(self.world, self.traffic, self.phones).routes(),
            *self.waha.doors.routes(),
            Mount("/static", StaticFiles(directory=HERE / "static" / "simulator")),
        ]
        return [
            Route("/", page, methods=["GET"]),
            Mount("/simulator", routes=doors),
            Mount("/static", StaticFiles(directory=WEB_STATIC, check_dir=False)),
            *self.waha.routes(),
            *self.cloud.routes(),
        ]

    def app(self) -> Starlette:
        return Starlette(
            routes=self.routes(),
            lifespan=self.life,
            middleware=[
                Middleware(cloud.VersionPrefix),
                Middleware(Guard, allowed_hosts=self.world.configuration.allowed_hosts),
                Middleware(LearnAddress, world=self.world),
                Middleware(FaultGate, faults=self.faults),
                Middleware(Turns, world=self.world),
            ],
            exception_handlers={
                WahaRefusal: waha.answer_refusal,
                GraphRefusal: cloud.answer_refusal,
                DomainError: answer_own_refusal,
                HTTPException: answer_unknown,
            },
        )

    @contextlib.asynccontextmanager
    async def life(self, _app: Starlette) -> AsyncIterator[None]:
        await self.courier.start()
        self.scripts.introduce_people()
        self.waha.lifecycle.resume()
        self.receipts.resume()
        if self.world.configuration.scripted:
            self.scripts.start()
        yield
        self.world.clock.stop()
        await self.background.stop()
        await self.courier.stop()
        self.world.journal.close()


class LearnAddress:
    """Remembers under which address the product calls, for the addresses of files in webhooks."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world
        self._asked = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and api_of(scope["path"]) is not None:
            asked = next((value for name, value in scope["headers"] if name == b"host"), b"")
            if asked != self._asked:
                self._asked = asked
                self.world.base_url = base_url_of(Request(scope))
        await self.app(scope, receive, send)


def create_app(configuration: Configuration | None = None) -> Starlette:
    """A simulator with its own world. Two apps must not share one store."""
    return House(configuration or Configuration()).app()


async def answer_unknown(request: Request, error: Exception) -> Response:
    """A path or method that does not exist, in the words of the API it was meant for."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if api_of(request.url.path) == "cloud":
        body, graph_status = graph_error(2500, f"(#2500) Unknown path components: {request.url.path}")
        return JSONResponse(body, status_code=graph_status)
    if status == 405:  # a framework of another kind: a method that is not there is a path that is not there
        status = 404
    message = f"Cannot {request.method} {request.url.path}"
    return JSONResponse({"message": message, "error": "Not Found", "statusCode": status}, status_code=status)
