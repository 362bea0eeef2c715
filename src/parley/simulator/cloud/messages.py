"""POST /{phone_number_id}/messages: sending, marking as read, typing."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from parley.simulator.cloud.composing import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    check_contacts,
    check_file,
    check_interactive,
    limited,
    neutral_contacts,
    place_of,
    summary_of,
)
from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.cloud.limits import Limiter
from parley.simulator.cloud.requests import number_in_path, read_body, required
from parley.simulator.cloud.template_rules import check_send
from parley.simulator.courier import Courier, Undeliverable
from parley.simulator.fault_gate import is_silent
from parley.simulator.numbers import digits_of
from parley.simulator.records import Failure, Json, Message, Number, Person, Reaction, Template
from parley.simulator.traffic import Traffic
from parley.simulator.world import World

MEDIA_TYPES = {"image", "video", "audio", "document", "sticker"}
FREE_TYPES = {"text", "location", "contacts", "interactive", "reaction", "template", *MEDIA_TYPES}
MALFORMED = (AttributeError, TypeError, ValueError, KeyError, IndexError)


class MessagesEndpoint:
    def __init__(self, world: World, traffic: Traffic, courier: Courier, limiter: Limiter) -> None:
        self.world = world
        self.traffic = traffic
        self.courier = courier
        self.limiter = limiter

    async def __call__(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        body = await read_body(request)
        if body.get("messaging_product") != "whatsapp":
            raise GraphRefusal(100, "(#100) The parameter messaging_product is required.")
        if body.get("status") == "read":
            return self._mark_read(number, body)
        return await self._send(request, number, body)

    async def market(self, request: Request) -> Response:
        """POST /{phone_number_id}/marketing_messages: a template, whatever its category, as marketing."""
        number = number_in_path(self.world, request)
        body = await read_body(request)
        if body.get("messaging_product") != "whatsapp" or body.get("type") != "template":
            raise GraphRefusal(100, "(#100) Only messages of type template can be sent here.")
        return await self._send(request, number, body, category="MARKETING")

    async def _send(self, request: Request, number: Number, body: Json, *, category: str = "") -> Response:
        self.limiter.check_number(number)
        try:
            made, late = await self._made(request, number, body, category=category)
        except MALFORMED as error:
            # Somewhere in the body stands a value of another type than Meta's.
            raise GraphRefusal(100, "(#100) Invalid parameter") from error
        if isinstance(made, Reaction):
            self.traffic.react_as_shop(made)
            return accepted_as(body, self.world.person(made.target.wa_id), made.id)
        return self._accept(body, self.world.person(made.wa_id), made, late)

    async def _made(
        self, request: Request, number: Number, body: Json, *, category: str
    ) -> tuple[Message | Reaction, Failure | None]:
        """The message or reaction that the body describes, and why it will fail later. Only counts change."""
        type_ = str(body.get("type") or "text")
        if type_ not in FREE_TYPES:
            raise GraphRefusal(131051, details=f"Message type {type_} is not supported.")
        person = self._recipient(number, body)
        self.limiter.check_person(number, person)
        if type_ == "reaction":
            return self._reaction(request, number, person, body), None
        template = self._template(number, body) if type_ == "template" else None
        if type_ == "template":
            category = category or (template.category if template else "UTILITY")
        late = self.limiter.check_words(number, person, template=template, category=category)
        return await self._message(request, number, person, body=body, type_=type_, category=category), late

    def _accept(self, body: Json, person: Person, message: Message, late: Failure | None) -> Response:
        accepted = self.traffic.accept(message)
        if late is not None:
            self.traffic.tick(accepted, "failed", failure=late)
        return accepted_as(body, person, accepted.id)

    def _mark_read(self, number: Number, body: Json) -> Response:
        message = self.world.message(number.channel, str(body.get("message_id", "")))
        if message is None or message.from_us:
            raise GraphRefusal(131009, details="message_id is not an inbound message of this number.")
        self.traffic.see(number.channel, message.wa_id)
        if "typing_indicator" in body:
            self.world.hint(f"shop:{number.channel}:{message.wa_id}:typing")
        return JSONResponse({"success": True})

    def _recipient(self, number: Number, body: Json) -> Person:
        """The person in `to`, or the business-scoped user id in `recipient`."""
        to = str(body.get("to") or "")
        if body.get("recipient_type") == "group":
            raise GraphRefusal(131041, details=f"The group {to!r} is not known.")
        if not to and body.get("recipient"):
            person = self.world.person_by_user_id(str(body["recipient"]))
            if person is None:
                raise GraphRefusal(131026, details="The recipient is not known.")
            return person
        if not to:
            raise GraphRefusal(131008, details="The parameter to is required.")
        digits = digits_of(to)
        if not 7 <= len(digits) <= 15:
            raise GraphRefusal(131009, details=f"Invalid recipient: {to!r}.")
        if digits == number.digits:
            raise GraphRefusal(131021, details="The sender and the recipient are the same number.")
        return self.world.person(digits)

    def _template(self, number: Number, body: Json) -> Template | None:
        """The template that is named; only checked where the limits say so."""
        content = required(body, "template")
        language = content.get("language")
        code = str(language.get("code", "")) if isinstance(language, dict) else ""
        if not content.get("name") or not code:
            raise GraphRefusal(131008, details="template.name and template.language.code are required.")
        template = self.world.template_named(number.account_id, str(content["name"]), code)
        if self.world.limits.templates:
            check_send(template, content)
        by_user_id = not body.get("to") and body.get("recipient")
        if template is not None and template.category == "AUTHENTICATION" and by_user_id:
            raise GraphRefusal(131062, details="Authentication templates need a phone number.")
        return template

    async def _message(
        self, request: Request, number: Number, person: Person, *, body: Json, type_: str, category: str
    ) -> Message:
        content = check_contacts(body.get("contacts")) if type_ == "contacts" else required(body, type_)
        facts = await self._facts(type_, content)
        kept = dict(content) if isinstance(content, dict) and type_ in {"template", "interactive"} else {}
        if category:
            kept["category"] = category
        is_voice = type_ == "audio" and isinstance(content, dict) and bool(content.get("voice"))
        return Message(
            id=self.world.identities.wamid(person.wa_id),
            channel=number.channel,
            wa_id=person.wa_id,
            from_us=True,
            type="voice" if is_voice else type_,
            at=self.world.now(),
            quoted_id=text_or_none((body.get("context") or {}).get("message_id")),
            callback=text_or_none(body.get("biz_opaque_callback_data")),
            silent=is_silent(request),
            content=kept,
            **facts,
        )

    async def _facts(self, type_: str, content: Json | list[Json]) -> Json:
        """What the type alone knows of a message."""
        if isinstance(content, list):
            return {"contacts": neutral_contacts(content)}
        if type_ in MEDIA_TYPES:
            media_id = await self._media(type_, content)
            return {"media_id": media_id, "body": limited(content.get("caption"), CAPTION_LIMIT)}
        if type_ == "text":
            text = limited(content.get("body"), TEXT_LIMIT)
            if not text:
                raise GraphRefusal(131008, details="text.body is required.")
            return {"body": text}
        if type_ == "location":
            return {"location": place_of(content)}
        if type_ == "interactive":
            check_interactive(content)
        return {"body": summary_of(type_, content)}

    async def _media(self, type_: str, content: Json) -> str:
        """The id of a file that was uploaded, or of the one just fetched from `link`."""
        media_id = content.get("id")
        if media_id is None and not content.get("link"):
            raise GraphRefusal(131008, details="One of id and link is required.")
        if media_id is None:
            try:
                data, mime_type = await self.courier.fetch(str(content["link"]))
            except Undeliverable as error:
                raise GraphRefusal(131053, details=str(error)) from error
            media = self.world.keep_media(data, mime_type, filename=content.get("filename"))
        elif (known := self.world.media.get(str(media_id))) is not None:
            media = known
        else:
            raise GraphRefusal(131009, details=f"Media {media_id} does not exist.")
        check_file(type_, media.mime_type, media.byte_size)
        return media.id

    def _reaction(self, request: Request, number: Number, person: Person, body: Json) -> Reaction:
        content = required(body, "reaction")
        target = self.world.message(number.channel, str(content.get("message_id", "")))
        if target is None:
            raise GraphRefusal(131009, details="reaction.message_id is not a message of this chat.")
        late = self.limiter.check_words(number, person, template=None, category="")
        return Reaction(
            id=self.world.identities.wamid(person.wa_id),
            target=target,
            emoji=str(content.get("emoji") or ""),
            from_us=True,
            at=self.world.now(),
            callback=text_or_none(body.get("biz_opaque_callback_data")),
            silent=is_silent(request) or late is not None,
        )


def text_or_none(value: object) -> str | None:
    return None if value is None else str(value)


def accepted_as(body: Json, person: Person, message_id: str) -> Response:
    """Meta's yes. A user id is answered by a user id."""
    contact: Json = {"input": str(body.get("to") or body.get("recipient"))}
    contact |= {"wa_id": person.wa_id} if body.get("to") else {"user_id": person.user_id}
    message: Json = {"id": message_id}
    if body.get("type") == "template":
        message["message_status"] = "accepted"
    return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})
