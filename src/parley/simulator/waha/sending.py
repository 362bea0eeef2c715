"""Endpoints that send: /api/sendText and its family."""

import base64
import binascii
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.courier import Courier, Undeliverable
from parley.simulator.fault_gate import is_silent
from parley.simulator.records import Json, Message, Person, Place, Reaction, Session
from parley.simulator.traffic import Traffic
from parley.simulator.waha.errors import WahaRefusal, bad_request, engine_error
from parley.simulator.waha.requests import (
    bare_id,
    base_url_of,
    message_named,
    person_of_chat,
    read_json,
    text_field,
    working_session,
)
from parley.simulator.waha.shapes import WahaShapes
from parley.simulator.world import World

MEDIA_TYPES = {"sendImage": "image", "sendFile": "document", "sendVoice": "voice", "sendVideo": "video"}
Endpoint = Callable[[Request], Awaitable[Response]]


class SendingEndpoints:
    def __init__(self, world: World, traffic: Traffic, courier: Courier, shapes: WahaShapes) -> None:
        self.world = world
        self.traffic = traffic
        self.courier = courier
        self.shapes = shapes

    def routes(self) -> list[Route]:
        sends: dict[str, Endpoint] = {
            "sendText": self.text,
            "reply": self.text,
            "sendLocation": self.location,
            "sendContactVcard": self.contacts,
            "sendPoll": self.poll,
            **dict.fromkeys(MEDIA_TYPES, self.media),
        }
        return [
            *(Route(f"/{name}", endpoint, methods=["POST"]) for name, endpoint in sends.items()),
            Route("/reaction", self.reaction, methods=["PUT"]),
            Route("/sendSeen", self.seen, methods=["POST"]),
            Route("/startTyping", self.typing, methods=["POST"]),
            Route("/stopTyping", self.typing, methods=["POST"]),
            Route("/{session}/new-message-id", self.new_message_id, methods=["GET"]),
        ]

    async def text(self, request: Request) -> Response:
        body = await read_json(request)
        return self._accept(request, body, type_="text", text=text_field(body, "text"))

    async def media(self, request: Request) -> Response:
        body = await read_json(request)
        session = working_session(self.world, text_field(body, "session", default="default"))
        type_ = MEDIA_TYPES[request.url.path.rpartition("/")[2]]
        known = self.world.message(session.channel, str(body.get("id") or ""))
        media_id = known.media_id if known else await self._file(body.get("file"))
        return self._accept(
            request, body, type_=type_, text=str(body.get("caption") or ""), media_id=media_id
        )

    async def location(self, request: Request) -> Response:
        body = await read_json(request)
        latitude, longitude = body.get("latitude"), body.get("longitude")
        if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
            raise bad_request("latitude must be a number", "longitude must be a number")
        place = Place(latitude=latitude, longitude=longitude, name=body.get("title") or None)
        return self._accept(request, body, type_="location", location=place)

    async def contacts(self, request: Request) -> Response:
        body = await read_json(request)
        cards = [card for card in body.get("contacts") or [] if isinstance(card, dict)]
        contacts = [
            {"name": card.get("fullName", ""), "phone": card.get("phoneNumber", "")} for card in cards
        ]
        return self._accept(request, body, type_="contacts", contacts=contacts)

    async def poll(self, request: Request) -> Response:
        body = await read_json(request)
        poll = body.get("poll") or {}
        return self._accept(
            request, body, type_="poll", text=str(poll.get("name", "")), content={"poll": poll}
        )

    def _accept(
        self,
        request: Request,
        body: Json,
        *,
        type_: str,
        text: str = "",
        media_id: str | None = None,
        location: Place | None = None,
        contacts: list[Json] | None = None,
        content: Json | None = None,
    ) -> Response:
        session = working_session(self.world, text_field(body, "session", default="default"))
        person = self._recipient(request, session, text_field(body, "chatId"))
        chosen_id = str(body["id"]) if body.get("id") else None
        message = Message(
            id=chosen_id or self.world.identities.waha_message(),
            channel=session.channel,
            wa_id=person.wa_id,
            from_us=True,
            type=type_,
            at=self.world.now(),
            body=text,
            media_id=media_id,
            location=location,
            contacts=contacts or [],
            quoted_id=bare_id(str(body["reply_to"])) if body.get("reply_to") else None,
            callback=chosen_id,
            silent=is_silent(request),
            content=content or {},
        )
        accepted = self.traffic.accept(message)
        answer = self.shapes.send_answer(session, accepted, base_url=base_url_of(request))
        return JSONResponse(answer, status_code=201)

    def _recipient(self, request: Request, session: Session, chat: str) -> Person:
        """The person; only GOWS notices that nobody is there, the other engines take the message."""
        person = person_of_chat(self.world, chat)
        if not person.registered and session.engine == "GOWS":
            message = f"2 UNKNOWN: no LID found for {person.wa_id}@s.whatsapp.net from server"
            raise WahaRefusal(500, engine_error(message, path=request.url.path))
        return person

    async def _file(self, file: object) -> str:
        if not isinstance(file, dict):
            raise bad_request("file must be an object")
        mime_type = str(file.get("mimetype") or "application/octet-stream")
        filename = str(file["filename"]) if file.get("filename") else None
        if file.get("data"):
            try:
                data = base64.b64decode(str(file["data"]), validate=True)
            except binascii.Error as error:
                raise bad_request("file.data must be base64") from error
        elif file.get("url"):
            data = await self._fetched(str(file["url"]))
        else:
            raise bad_request("file.url or file.data is required")
        return self.world.keep_media(data, mime_type, filename=filename).id

    async def _fetched(self, url: str) -> bytes:
        try:
            return (await self.courier.fetch(url))[0]
        except Undeliverable as error:
            raise WahaRefusal(500, engine_error(str(error), path="/api/sendFile")) from error

    async def reaction(self, request: Request) -> Response:
        body = await read_json(request)
        session = working_session(self.world, text_field(body, "session", default="default"))
        target = message_named(self.world, session, text_field(body, "messageId"))
        emoji = text_field(body, "reaction", default="")
        reaction = Reaction(
            id=str(body.get("id") or self.world.identities.waha_message()),
            target=target,
            emoji=emoji,
            from_us=True,
            at=self.world.now(),
            callback=str(body["id"]) if body.get("id") else None,
            silent=is_silent(request),
        )
        self.traffic.react_as_shop(reaction)
        shown = Message(
            id=reaction.id, channel=session.channel, wa_id=target.wa_id, from_us=True, type="reaction",
            at=reaction.at, body=emoji,
        )  # fmt: skip
        return JSONResponse(self.shapes.send_answer(session, shown, base_url=base_url_of(request)))

    async def seen(self, request: Request) -> Response:
        body = await read_json(request)
        session = working_session(self.world, text_field(body, "session", default="default"))
        person = person_of_chat(self.world, text_field(body, "chatId"))
        self.traffic.see(session.channel, person.wa_id)
        return JSONResponse({}, status_code=201)

    async def typing(self, request: Request) -> Response:
        body = await read_json(request)
        session = working_session(self.world, text_field(body, "session", default="default"))
        person = person_of_chat(self.world, text_field(body, "chatId"))
        state = "typing" if request.url.path.endswith("startTyping") else "paused"
        self.world.hint(f"shop:{session.channel}:{person.wa_id}:{state}")
        return JSONResponse({"result": True}, status_code=201)

    async def new_message_id(self, request: Request) -> Response:
        working_session(self.world, request.path_params["session"])
        return JSONResponse({"id": self.world.identities.waha_message()})
