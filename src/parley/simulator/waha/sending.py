"""Endpoints that send: /api/sendText and its family."""

import base64
from collections.abc import Awaitable, Callable

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.courier import Courier, Undeliverable
from parley.simulator.fault_gate import is_silent
from parley.simulator.records import Message, Place, Reaction
from parley.simulator.traffic import Traffic
from parley.simulator.waha.accepting import Acceptance, letter
from parley.simulator.waha.errors import WahaRefusal, bad_request, engine_error
from parley.simulator.waha.requests import (
    list_of,
    message_named,
    person_of_chat,
    read_json,
    text_field,
    working_session,
)
from parley.simulator.waha.vcards import contact_of
from parley.simulator.world import World

MEDIA_TYPES = {"sendImage": "image", "sendFile": "document", "sendVoice": "voice", "sendVideo": "video"}
Endpoint = Callable[[Request], Awaitable[Response]]


class SendingEndpoints:
    def __init__(self, world: World, traffic: Traffic, courier: Courier, acceptance: Acceptance) -> None:
        self.world = world
        self.traffic = traffic
        self.courier = courier
        self.acceptance = acceptance

    def routes(self) -> list[Route]:
        sends: dict[str, Endpoint] = {
            "sendText": self.text,
            "reply": self.text,
            "sendLinkPreview": self.link,
            "send/link-custom-preview": self.custom_link,
            "sendLocation": self.location,
            "sendContactVcard": self.contacts,
            **dict.fromkeys(MEDIA_TYPES, self.media),
        }
        return [
            *(Route(f"/{name}", endpoint, methods=["POST"]) for name, endpoint in sends.items()),
            Route("/sendText", self.text_by_query, methods=["GET"]),
            Route("/reaction", self.reaction, methods=["PUT"]),
            Route("/sendSeen", self.seen, methods=["POST"]),
            Route("/startTyping", self.typing, methods=["POST"]),
            Route("/stopTyping", self.typing, methods=["POST"]),
            Route("/{session}/new-message-id", self.new_message_id, methods=["GET"]),
        ]

    async def text(self, request: Request) -> Response:
        body = await read_json(request)
        return self.acceptance.accept(request, body, letter("text", text_field(body, "text")))

    async def text_by_query(self, request: Request) -> Response:
        """The deprecated form, which answers 200."""
        query = dict(request.query_params)
        body = {"session": query.get("session", "default"), "chatId": query.get("phone", "")}
        answered = self.acceptance.accept(request, body, letter("text", text_field(dict(query), "text")))
        answered.status_code = 200
        return answered

    async def link(self, request: Request) -> Response:
        body = await read_json(request)
        text = "\n".join(part for part in (body.get("title"), text_field(body, "url")) if part)
        return self.acceptance.accept(request, body, letter("text", text))

    async def custom_link(self, request: Request) -> Response:
        body = await read_json(request)
        preview = body.get("preview")
        if not isinstance(preview, dict):
            raise bad_request("preview must be an object")
        sent = letter("text", text_field(body, "text"), content={"preview": preview})
        return self.acceptance.accept(request, body, sent, only=("GOWS", "NOWEB"))

    async def media(self, request: Request) -> Response:
        body = await read_json(request)
        session = self.acceptance.session_of(body)
        type_ = MEDIA_TYPES[request.url.path.rpartition("/")[2]]
        known = self.world.message(session.channel, str(body.get("id") or ""))
        media_id = known.media_id if known else await self._file(body.get("file"))
        sent = letter(type_, str(body.get("caption") or ""), media_id=media_id)
        return self.acceptance.accept(request, body, sent)

    async def location(self, request: Request) -> Response:
        body = await read_json(request)
        latitude, longitude = body.get("latitude"), body.get("longitude")
        if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
            raise bad_request("latitude must be a number", "longitude must be a number")
        place = Place(latitude=latitude, longitude=longitude, name=body.get("title") or None)
        return self.acceptance.accept(request, body, replace(letter("location"), location=place))

    async def contacts(self, request: Request) -> Response:
        body = await read_json(request)
        cards = [contact_of(card) for card in list_of(body, "contacts") if isinstance(card, dict)]
        if not cards:
            raise bad_request("contacts must be an array")
        return self.acceptance.accept(request, body, replace(letter("contacts"), contacts=cards))

    async def _file(self, file: object) -> str:
        if not isinstance(file, dict):
            raise bad_request("file must be an object")
        mime_type = str(file.get("mimetype") or "application/octet-stream")
        filename = str(file["filename"]) if file.get("filename") else None
        if file.get("data"):
            try:
                data = base64.b64decode(str(file["data"]), validate=True)
            except ValueError as error:
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
        session = self.acceptance.session_of(body)
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
        return self.acceptance.answer(request, session, shown, status=200)

    async def seen(self, request: Request) -> Response:
        body = await read_json(request)
        session = self.acceptance.session_of(body)
        person = person_of_chat(self.world, text_field(body, "chatId"))
        self.traffic.see(session.channel, person.wa_id)
        return JSONResponse({}, status_code=201)

    async def typing(self, request: Request) -> Response:
        body = await read_json(request)
        session = self.acceptance.session_of(body)
        person = person_of_chat(self.world, text_field(body, "chatId"))
        state = "typing" if request.url.path.endswith("startTyping") else "paused"
        self.world.hint(f"shop:{session.channel}:{person.wa_id}:{state}")
        return JSONResponse({"result": True}, status_code=201)

    async def new_message_id(self, request: Request) -> Response:
        working_session(self.world, request.path_params["session"])
        return JSONResponse({"id": self.world.identities.waha_message()})
