"""Endpoints of sessions: their configuration and their life."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.quirks import Quirks
from parley.simulator.records import Json, Session
from parley.simulator.waha.errors import bad_request, unprocessable
from parley.simulator.waha.identity import me_of
from parley.simulator.waha.lifecycle import Lifecycle
from parley.simulator.waha.requests import (
    list_of,
    part_of,
    read_json,
    session_named,
    text_field,
)
from parley.simulator.waha.webhooks import Webhooks
from parley.simulator.world import World


class SessionEndpoints:
    """`new_quirks` are those of sessions that are created from now on."""

    def __init__(self, world: World, lifecycle: Lifecycle, webhooks: Webhooks) -> None:
        self.world = world
        self.lifecycle = lifecycle
        self.webhooks = webhooks
        self.new_quirks = Quirks()
        world.when_forgotten(self._forget_quirks)

    def _forget_quirks(self) -> None:
        self.new_quirks = Quirks()

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
        session = self._made(name, body)
        if body.get("start", True) and not session.quirks.ignores_start:
            session = self.lifecycle.start(session)
        return JSONResponse(self.shape(session), status_code=201)

    def _made(self, name: str, body: Json) -> Session:
        config = checked_config(body.get("config"))
        return self.world.save_session(
            Session(name=name, engine=self.world.engine, config=config, quirks=self.new_quirks)
        )

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
        """The old forms with the name in the body; `start` also creates, `stop` and `logout` say nothing."""
        body = await read_json(request)
        verb = request.path_params["verb"]
        name = text_field(body, "name", default="default")
        if name not in self.world.sessions and verb == "start":
            self._made(name, body)
        session = self._do(verb, session_named(self.world, name))
        if verb == "stop" and body.get("logout") is True:
            self.world.save_session(replace(session, phone=None, push_name=""))
        if verb in {"stop", "logout"}:
            return Response(status_code=201)
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

    def _session(self, request: Request) -> Session:
        return session_named(self.world, request.path_params["session"])

    def shape(self, session: Session) -> Json:
        """A `SessionInfo`. `status` is a lie where a quirk says so."""
        moved = session.statuses[-1].timestamp if session.statuses else None
        told = self.webhooks.activity.get(session.name)
        return {
            "name": session.name,
            "status": session.quirks.shown_status or session.status,
            "config": session.config,
            "me": me_of(session, self.world) if session.status == "WORKING" else None,
            "presence": None,
            "timestamps": {"activity": int(told * 1000) if told else moved},
            "engine": {"engine": session.engine},
            "assignedWorker": None,
        }


def checked_config(config: object) -> Json:
    """The configuration as it was given, if it can be used at all."""
    if config is None:
        return {}
    if not isinstance(config, dict):
        raise bad_request("config must be an object")
    for name in ("metadata", "ignore", "noweb", "gows", "webjs", "client", "proxy"):
        part_of(config, name)
    part_of(part_of(config, "noweb"), "store")
    for webhook in list_of(config, "webhooks"):
        _check_webhook(webhook)
    return config


def _check_webhook(webhook: object) -> None:
    if not isinstance(webhook, dict):
        raise bad_request("config.webhooks.0 must be an object")
    if not str(webhook.get("url", "")).startswith(("http://", "https://")):
        raise bad_request("config.webhooks.0.url must be a URL address")
    if not isinstance(webhook.get("events"), list):
        raise bad_request("config.webhooks.0.events must be an array")
    part_of(webhook, "hmac")
    retries = part_of(webhook, "retries")
    for name in ("attempts", "delaySeconds"):
        if not isinstance(retries.get(name, 0), int | float | None):
            raise bad_request(f"config.webhooks.0.retries.{name} must be a number")
    for header in list_of(webhook, "customHeaders"):
        if not isinstance(header, dict) or not {"name", "value"} <= set(header):
            raise bad_request("config.webhooks.0.customHeaders.0 must have a name and a value")
