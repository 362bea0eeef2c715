"""Doors to the channels: scan a QR code, set up a Cloud API app, change how a session or number behaves."""

import zlib

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from parley.core.errors import Conflict, Invalid, NotFound
from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.cloud.service import CloudService
from parley.simulator.control.requests import answer, read_as
from parley.simulator.records import Account, Addressing, App, Engine, Json, Number, Session
from parley.simulator.waha.pairing import qr_png
from parley.simulator.waha.service import WahaService
from parley.simulator.world import World

SHOP_PHONE = "551932110000"
SHOP_NAME = "Casa Lume"
DEFAULT_NUMBER = "109800000000001"
DEFAULT_APP = "480000000000001"


class Scan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shop's phone scans the code: its number (chosen by us when empty) and name."""

    phone: str = ""
    push_name: str = SHOP_NAME


class SessionOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`status` FAILED breaks the session; STARTING restarts it."""

    engine: Engine | None = None
    addressing: Addressing | None = None
    status: str | None = None


class NumberOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    phone_number_id: str
    display_phone_number: str = "+55 19 3211-0001"
    verified_name: str = SHOP_NAME
    late_refusals: bool = False


class AppOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Meta app with one business account and its numbers. What is left out gets a fixed value.

    With `callback_url` the handshake is made at once. An app that is there is replaced where the order names
    it, or says `replace`."""

    app_id: str = ""
    replace: bool = False
    app_secret: str = "simulated-app-secret"  # noqa: S105 - a simulated secret that opens nothing
    access_token: str = "simulated-access-token"  # noqa: S105 - the same
    waba_id: str = "102200000000001"
    name: str = SHOP_NAME
    callback_url: str = ""
    verify_token: str = ""
    subscribed: bool = True
    numbers: tuple[NumberOrder, ...] = (NumberOrder(phone_number_id=DEFAULT_NUMBER),)


class ChannelDoors:
    def __init__(self, world: World, waha: WahaService, cloud: CloudService) -> None:
        self.world = world
        self.waha = waha
        self.cloud = cloud

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/sessions/{name}/scan", self.scan, methods=["POST"]),
            Route("/sessions/{name}/qr.png", self.qr, methods=["GET"]),
            Route("/sessions/{name}", self.session, methods=["POST"]),
            Route("/engine", self.engine, methods=["POST"]),
            Route("/cloud/apps", self.app, methods=["POST"]),
            Route("/cloud/numbers/{number}", self.number, methods=["POST"]),
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

    async def app(self, request: Request) -> Response:
        order = self._named(await read_as(request, AppOrder))
        webhook: Json = {"verified": False, "reason": "no callback_url was given"}
        if order.callback_url:
            try:
                await self.cloud.shake_hands(order.callback_url, order.verify_token)
                webhook = {"verified": True}
            except GraphRefusal as refusal:
                webhook = {"verified": False, "reason": refusal.body["error"]["message"]}
        self._put(order, is_verified=bool(webhook["verified"]))
        return answer(
            {
                "app_id": order.app_id,
                "app_secret": order.app_secret,
                "access_token": order.access_token,
                "waba_id": order.waba_id,
                "numbers": [number.phone_number_id for number in order.numbers],
                "webhook": webhook,
            },
            status=201 if webhook["verified"] or not order.callback_url else 422,
        )

    def _named(self, order: AppOrder) -> AppOrder:
        """With its app's id. Nobody overwrites an app that somebody uses by saying nothing."""
        if order.app_id:
            return order
        if DEFAULT_APP in self.world.apps and not order.replace:
            raise Conflict(
                f"The app {DEFAULT_APP} is there and may be in use. Name an app_id, or say replace: true."
            )
        return replace(order, app_id=DEFAULT_APP)

    def _put(self, order: AppOrder, *, is_verified: bool) -> None:
        known = self.world.apps.get(order.app_id)
        callback = order.callback_url if is_verified else (known.callback_url if known else "")
        self.world.save_app(
            App(
                id=order.app_id,
                secret=order.app_secret,
                access_token=order.access_token,
                callback_url=callback,
                verify_token=order.verify_token,
            )
        )
        account = self.world.accounts.get(order.waba_id) or Account(
            id=order.waba_id, app_id=order.app_id, name=order.name
        )
        self.world.save_account(
            replace(account, app_id=order.app_id, subscribed=account.subscribed or order.subscribed)
        )
        for new in order.numbers:
            known_number = self.world.numbers.get(new.phone_number_id)
            self.world.save_number(
                Number(
                    id=new.phone_number_id,
                    account_id=order.waba_id,
                    display_phone_number=new.display_phone_number,
                    verified_name=new.verified_name,
                    late_refusals=new.late_refusals,
                    override_url=known_number.override_url if known_number else "",
                    profile=known_number.profile if known_number else {"about": "Móveis de madeira maciça"},
                )
            )

    async def number(self, request: Request) -> Response:
        """Change `late_refusals`, `quality_rating` or `status` of a number."""
        number = self.world.numbers.get(request.path_params["number"])
        if number is None:
            raise NotFound("There is no such number.")
        body = await read_as(request, dict)
        fields = {name: body[name] for name in ("late_refusals", "quality_rating", "status") if name in body}
        return answer(self.world.save_number(replace(number, **fields)))

    def _session(self, request: Request) -> Session:
        session = self.world.sessions.get(request.path_params["name"])
        if session is None:
            raise NotFound("There is no such session.")
        return session
