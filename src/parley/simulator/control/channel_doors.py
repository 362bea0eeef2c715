"""Doors to WAHA's sessions: scan a QR code, change how a session behaves."""

import zlib

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from parley.core.errors import Conflict, Invalid, NotFound
from parley.simulator.control.requests import answer, read_as
from parley.simulator.records import Addressing, Engine, Session
from parley.simulator.waha.pairing import qr_png
from parley.simulator.waha.service import WahaService
from parley.simulator.world import World

SHOP_PHONE = "551932110000"
SHOP_NAME = "Casa Lume"


class Scan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shop's phone scans the code: its number (chosen by us when empty) and name."""

    phone: str = ""
    push_name: str = SHOP_NAME


class SessionOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`status` FAILED breaks the session; STARTING restarts it."""

    engine: Engine | None = None
    addressing: Addressing | None = None
    status: str | None = None


class ChannelDoors:
    def __init__(self, world: World, waha: WahaService) -> None:
        self.world = world
        self.waha = waha

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/sessions/{name}/scan", self.scan, methods=["POST"]),
            Route("/sessions/{name}/qr.png", self.qr, methods=["GET"]),
            Route("/sessions/{name}", self.session, methods=["POST"]),
            Route("/engine", self.engine, methods=["POST"]),
        ]

    async def scan(self, request: Request) -> Response:
        session = self._session(request)
        if session.status != "SCAN_QR_CODE":
            raise Conflict(f"{session.name} is {session.status}: there is nothing to scan.")
        order = await read_as(request, Scan)
        phone = order.phone or self._free_phone(session.name)
        paired = self.waha.lifecycle.pair(session, phone=phone, push_name=order.push_name)
        return answer({"name": paired.name, "status": paired.status})

    def _free_phone(self, name: str) -> str:
        """The shop's number, or for a second session one that follows from its name."""
        taken = {session.phone for session in self.world.sessions.values()}
        if SHOP_PHONE not in taken:
            return SHOP_PHONE
        return f"55193211{1000 + zlib.crc32(name.encode()) % 9000}"

    async def qr(self, request: Request) -> Response:
        session = self._session(request)
        if session.status != "SCAN_QR_CODE":
            raise Conflict(f"{session.name} is {session.status}: there is nothing to scan.")
        return Response(qr_png(session.qr), media_type="image/png")

    async def session(self, request: Request) -> Response:
        session = self._session(request)
        order = await read_as(request, SessionOrder)
        session = replace(
            session, engine=order.engine or session.engine, addressing=order.addressing or session.addressing
        )
        self.world.save_session(session)
        if order.status == "FAILED":
            session = self.waha.lifecycle.fail(session)
        elif order.status == "STARTING":
            session = self.waha.lifecycle.start(session, again=True)
        elif order.status is not None:
            raise Invalid("status can be FAILED or STARTING.")
        return answer(self.waha.sessions.shape(session))

    async def engine(self, request: Request) -> Response:
        """The engine of sessions that are created from now on."""
        order = await read_as(request, SessionOrder)
        self.world.engine = order.engine or self.world.engine
        return answer({"engine": self.world.engine})

    def _session(self, request: Request) -> Session:
        session = self.world.sessions.get(request.path_params["name"])
        if session is None:
            raise NotFound("There is no such session.")
        return session
