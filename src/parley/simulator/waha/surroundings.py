"""Endpoints around the chats: profile, presence, calls, screenshot, and a little of stories and channels."""

import base64

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.people.furniture import photo
from parley.simulator.records import Session
from parley.simulator.waha.errors import bad_request, not_found, not_implemented
from parley.simulator.waha.events import WahaEvents
from parley.simulator.waha.happenings import Happenings
from parley.simulator.waha.identity import me_of
from parley.simulator.waha.names import BROWSER_ENGINES
from parley.simulator.waha.requests import (
    person_of_chat,
    read_json,
    session_named,
    text_field,
    working_session,
)
from parley.simulator.world import World

STATES = ("offline", "online", "typing", "recording", "paused")
OLD_STATES = {"available": "online", "unavailable": "offline"}


class SurroundingEndpoints:
    def __init__(self, world: World, events: WahaEvents, happenings: Happenings) -> None:
        self.world = world
        self.events = events
        self.happenings = happenings

    def routes(self) -> list[Route]:
        stories = ["text", "image", "voice", "video", "delete"]
        return [
            Route("/screenshot", self.screenshot, methods=["GET"]),
            Route("/{session}/profile", self.profile, methods=["GET"]),
            Route("/{session}/profile/name", self.rename, methods=["PUT"]),
            Route("/{session}/profile/status", self.set_about, methods=["PUT"]),
            Route("/{session}/profile/picture", self.done, methods=["PUT", "DELETE"]),
            Route("/{session}/presence", self.presences, methods=["GET"]),
            Route("/{session}/presence", self.set_presence, methods=["POST"]),
            Route("/{session}/presence/{chat}", self.presence, methods=["GET"]),
            Route("/{session}/presence/{chat}/subscribe", self.subscribe, methods=["POST"]),
            Route("/{session}/calls/reject", self.reject_call, methods=["POST"]),
            Route("/{session}/channels", self.channels, methods=["GET"]),
            Route("/{session}/channels/{channel}", self.no_channel, methods=["GET", "DELETE"]),
            Route("/{session}/status/new-message-id", self.story_id, methods=["GET"]),
            *(Route(f"/{{session}}/status/{kind}", self.story, methods=["POST"]) for kind in stories),
        ]

    async def screenshot(self, request: Request) -> Response:
        """A picture of the browser; engines without one have none."""
        session = session_named(self.world, request.query_params.get("session", "default"))
        if session.engine not in BROWSER_ENGINES:
            raise not_implemented()
        picture = photo("room", hue=0.4)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"mimetype": "image/png", "data": base64.b64encode(picture).decode()})
        return Response(picture, media_type="image/png")

    async def profile(self, request: Request) -> Response:
        me = me_of(self._session(request), self.world) or {}
        return JSONResponse({"id": me.get("id"), "name": me.get("pushName"), "picture": None})

    async def rename(self, request: Request) -> Response:
        name = text_field(await read_json(request), "name")
        self.world.save_session(replace(self._session(request), push_name=name))
        return JSONResponse({"success": True})

    async def set_about(self, request: Request) -> Response:
        about = text_field(await read_json(request), "status")
        self.world.save_session(replace(self._session(request), about=about))
        return JSONResponse({"success": True})

    async def done(self, request: Request) -> Response:
        self._session(request)
        return JSONResponse({"success": True})

    async def presences(self, request: Request) -> Response:
        session = self._session(request)
        marks = [mark for mark in self.events.book.marks.values() if mark.channel == session.channel]
        people = [self.world.person(mark.wa_id) for mark in marks if mark.presence]
        return JSONResponse([self.events.presences(session, person) for person in people])

    async def presence(self, request: Request) -> Response:
        person = person_of_chat(self.world, request.path_params["chat"])
        return JSONResponse(self.events.presences(self._session(request), person))

    async def set_presence(self, request: Request) -> Response:
        """Online or offline for all, or typing in one chat. Older clients say available."""
        session = self._session(request)
        body = await read_json(request)
        given = text_field(body, "presence")
        state = OLD_STATES.get(given, given)
        if state not in STATES:
            raise bad_request(f"presence must be one of the following values: {', '.join(STATES)}")
        if body.get("chatId"):
            person = person_of_chat(self.world, str(body["chatId"]))
            self.world.hint(f"shop:{session.channel}:{person.wa_id}:{state}")
        return JSONResponse({"success": True}, status_code=201)

    async def subscribe(self, request: Request) -> Response:
        self._session(request)
        person_of_chat(self.world, request.path_params["chat"])
        return Response(status_code=201)

    async def reject_call(self, request: Request) -> Response:
        session = self._session(request)
        body = await read_json(request)
        caller = person_of_chat(self.world, text_field(body, "from"))
        self.happenings.call(session, caller, "rejected", call_id=text_field(body, "id"))
        return Response(status_code=201)

    async def channels(self, request: Request) -> Response:
        self._session(request)
        return JSONResponse([])

    async def no_channel(self, request: Request) -> Response:
        raise not_found(f"Channel {request.path_params['channel']} not found")

    async def story_id(self, request: Request) -> Response:
        self._session(request)
        return JSONResponse({"id": self.world.identities.waha_message()})

    async def story(self, request: Request) -> Response:
        """A story is taken and shown to nobody."""
        self._session(request)
        body = await read_json(request)
        return JSONResponse(
            {"id": str(body.get("id") or self.world.identities.waha_message())}, status_code=201
        )

    def _session(self, request: Request) -> Session:
        return working_session(self.world, request.path_params["session"])
