"""Endpoints of pairing: the QR code in its three forms, the pairing code, and the passkey."""

import asyncio
import base64
import io

import segno
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.quirks import SessionStatus
from parley.simulator.records import Session
from parley.simulator.waha.errors import not_as_expected
from parley.simulator.waha.events import status_data
from parley.simulator.waha.lifecycle import Lifecycle
from parley.simulator.waha.requests import read_json, session_named, text_field
from parley.simulator.world import World

QR_PIXELS = 6


class PairingEndpoints:
    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self.world = world
        self.lifecycle = lifecycle

    def routes(self) -> list[Route]:
        return [
            Route("/{session}/auth/qr", self.qr, methods=["GET"]),
            Route("/{session}/auth/request-code", self.request_code, methods=["POST"]),
            Route("/{session}/auth/passkey/challenge", self.challenge, methods=["GET"]),
            Route("/{session}/auth/passkey/confirmation", self.confirmation, methods=["GET"]),
            Route("/{session}/auth/passkey/confirm", self.confirm, methods=["POST"]),
            Route("/{session}/auth/passkey", self.sign, methods=["POST"]),
        ]

    async def qr(self, request: Request) -> Response:
        session = await self._waiting_for_scan(request)
        if request.query_params.get("format", "image") == "raw":
            return JSONResponse({"value": session.qr})
        data = qr_png(session.qr)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"mimetype": "image/png", "data": base64.b64encode(data).decode()})
        return Response(data, media_type="image/png")

    async def request_code(self, request: Request) -> Response:
        session = await self._waiting_for_scan(request)
        text_field(await read_json(request), "phoneNumber")
        code = self.world.identities.pairing_code()
        self.world.save_session(replace(session, pairing_code=code))
        return JSONResponse({"code": code}, status_code=201)

    async def challenge(self, request: Request) -> Response:
        return JSONResponse(status_data(self._in_state(request, "PASSKEY_REQUIRED")))

    async def sign(self, request: Request) -> Response:
        """The assertion is believed: nobody here has the key to check it."""
        session = self._in_state(request, "PASSKEY_REQUIRED")
        body = await read_json(request)
        text_field(body, "id")
        text_field(body, "rawId")
        self.lifecycle.sign_passkey(session)
        return Response(status_code=201)

    async def confirmation(self, request: Request) -> Response:
        return JSONResponse(status_data(self._in_state(request, "PASSKEY_CONFIRMATION_REQUIRED")))

    async def confirm(self, request: Request) -> Response:
        self.lifecycle.confirm_passkey(self._in_state(request, "PASSKEY_CONFIRMATION_REQUIRED"))
        return Response(status_code=201)

    def _in_state(self, request: Request, status: SessionStatus) -> Session:
        session = session_named(self.world, request.path_params["session"])
        if session.status != status:
            raise not_as_expected(session, status)
        return session

    async def _waiting_for_scan(self, request: Request) -> Session:
        session = session_named(self.world, request.path_params["session"])
        if session.status == "STARTING":  # the real server waits for the first code too, up to ten seconds
            await asyncio.sleep(self.world.configuration.session_seconds + 0.05)
        return self._in_state(request, "SCAN_QR_CODE")


def qr_png(value: str) -> bytes:
    picture = io.BytesIO()
    segno.make(value, error="l").save(picture, kind="png", scale=QR_PIXELS, border=4)
    return picture.getvalue()
