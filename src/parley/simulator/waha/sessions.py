"""Endpoints of sessions and pairing."""

import asyncio
import base64
import io

import segno
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.records import Json, Session
from parley.simulator.waha.errors import bad_request, not_as_expected, unprocessable
from parley.simulator.waha.events import me_of
from parley.simulator.waha.lifecycle import Lifecycle
from parley.simulator.waha.requests import read_json, session_named, text_field
from parley.simulator.world import World

QR_PIXELS = 6


class SessionEndpoints:
    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self.world = world
        self.lifecycle = lifecycle

    def routes(self) -> list[Route]:
        return [
            Route("/sessions", self.list, methods=["GET"]),
            Route("/sessions", self.create, methods=["POST"]),
            Route("/sessions/{verb:sessionverb}", self.deprecated, methods=["POST"]),
            Route("/sessions/{session}", self.get, methods=["GET"]),
            Route("/sessions/{session}", self.update, methods=["PUT"]),
            Route("/sessions/{session}", self.delete, methods=["DELETE"]),
            Route("/sessions/{session}/me", self.me, methods=["GET"]),
            Route("/sessions/{session}/{verb:sessionverb}", self.command, methods=["POST"]),
            Route("/{session}/auth/qr", self.qr, methods=["GET"]),
            Route("/{session}/auth/request-code", self.request_code, methods=["POST"]),
            Route("/{session}/profile", self.profile, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        shown = request.query_params.get("all", "").lower() == "true"
        sessions = [s for s in self.world.sessions.values() if shown or s.status != "STOPPED"]
        return JSONResponse([self.shape(session) for session in sessions])

    async def create(self, request: Request) -> Response:
        body = await read_json(request)
        name = text_field(body, "name", default=f"session_{self.world.identities.digits(9)}")
        if name in self.world.sessions:
            raise unprocessable(f"Session '{name}' already exists. Use PUT to update it.")
        session = Session(name=name, engine=self.world.engine, config=checked_config(body.get("config")))
        self.world.save_session(session)
        if body.get("start", True):
            session = self.lifecycle.start(session)
        return JSONResponse(self.shape(session), status_code=201)

    async def get(self, request: Request) -> Response:
        return JSONResponse(self.shape(self._session(request)))

    async def update(self, request: Request) -> Response:
        """Replace the whole configuration; a running session restarts."""
        body = await read_json(request)
        session = replace(self._session(request), config=checked_config(body.get("config")))
        self.world.save_session(session)
        if session.status != "STOPPED":
            session = self.lifecycle.start(session, again=True)
        return JSONResponse(self.shape(session))

    async def delete(self, request: Request) -> Response:
        session = self.world.sessions.get(request.path_params["session"])
        if session is not None:
            self.lifecycle.stop(session)
            self.world.remove_session(session.name)
        return Response(status_code=200)

    async def me(self, request: Request) -> Response:
        session = self._session(request)
        return JSONResponse(me_of(session, self.world) if session.status == "WORKING" else None)

    async def command(self, request: Request) -> Response:
        session = self._do(request.path_params["verb"], self._session(request))
        return JSONResponse(self.shape(session), status_code=201)

    async def deprecated(self, request: Request) -> Response:
        """The old forms with the name in the body; `start` also creates."""
        body = await read_json(request)
        name = text_field(body, "name", default="default")
        if name not in self.world.sessions and request.path_params["verb"] == "start":
            config = checked_config(body.get("config"))
            self.world.save_session(Session(name=name, engine=self.world.engine, config=config))
        session = self._do(request.path_params["verb"], session_named(self.world, name))
        return JSONResponse(self.shape(session), status_code=201)

    def _do(self, verb: str, session: Session) -> Session:
        match verb:
            case "start":
                return self.lifecycle.start(session)
            case "stop":
                return self.lifecycle.stop(session)
            case "restart":
                return self.lifecycle.start(session, again=True)
            case _:
                return self.lifecycle.log_out(session)

    async def qr(self, request: Request) -> Response:
        session = await self._waiting_for_scan(request)
        form = request.query_params.get("format", "image")
        if form == "raw":
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

    async def profile(self, request: Request) -> Response:
        me = me_of(self._session(request), self.world) or {}
        return JSONResponse({"id": me.get("id"), "name": me.get("pushName"), "picture": None})

    async def _waiting_for_scan(self, request: Request) -> Session:
        session = self._session(request)
        if session.status == "STARTING":  # the real server waits for the first code too, up to ten seconds
            await asyncio.sleep(self.world.configuration.session_seconds + 0.05)
            session = self._session(request)
        if session.status != "SCAN_QR_CODE":
            raise not_as_expected(session, "SCAN_QR_CODE")
        return session

    def _session(self, request: Request) -> Session:
        return session_named(self.world, request.path_params["session"])

    def shape(self, session: Session) -> Json:
        """A `SessionInfo`."""
        latest = session.statuses[-1].timestamp if session.statuses else None
        return {
            "name": session.name,
            "status": session.status,
            "config": session.config,
            "me": me_of(session, self.world) if session.status == "WORKING" else None,
            "presence": None,
            "timestamps": {"activity": latest},
            "engine": {"engine": session.engine},
            "assignedWorker": None,
        }


def qr_png(value: str) -> bytes:
    picture = io.BytesIO()
    segno.make(value, error="l").save(picture, kind="png", scale=QR_PIXELS, border=4)
    return picture.getvalue()


def checked_config(config: object) -> Json:
    """The configuration as it was given, if its webhooks can be used at all."""
    if config is None:
        return {}
    if not isinstance(config, dict):
        raise bad_request("config must be an object")
    for webhook in config.get("webhooks") or []:
        if not isinstance(webhook, dict) or not str(webhook.get("url", "")).startswith(
            ("http://", "https://")
        ):
            raise bad_request("config.webhooks.0.url must be a URL address")
        if not isinstance(webhook.get("events"), list):
            raise bad_request("config.webhooks.0.events must be an array")
    return config
