"""POST /{phone_number_id}/messages: sending, marking as read, typing."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from parley.simulator.cloud.errors import REFUSALS, GraphRefusal
from parley.simulator.cloud.requests import number_in_path, read_body, required
from parley.simulator.courier import Courier, Undeliverable
from parley.simulator.fault_gate import is_silent
from parley.simulator.numbers import digits_of
from parley.simulator.records import Failure, Json, Message, Number, Person, Place, Reaction
from parley.simulator.traffic import Traffic
from parley.simulator.world import World

MEDIA_TYPES = {"image", "video", "audio", "document", "sticker"}
FREE_TYPES = {"text", "location", "contacts", "interactive", "reaction", "template", *MEDIA_TYPES}
BODY_LIMIT = 4096
CAPTION_LIMIT = 1024


class MessagesEndpoint:
    def __init__(self, world: World, traffic: Traffic, courier: Courier) -> None:
        self.world = world
        self.traffic = traffic
        self.courier = courier

    async def __call__(self, request: Request) -> Response:
        number = number_in_path(self.world, request)
        body = await read_body(request)
        if body.get("messaging_product") != "whatsapp":
            raise GraphRefusal(100, "(#100) The parameter messaging_product is required.")
        if body.get("status") == "read":
            return self._mark_read(number, body)
        type_ = str(body.get("type") or "text")
        if type_ not in FREE_TYPES:
            raise GraphRefusal(131051, details=f"Message type {type_} is not supported.")
        person = self._recipient(number, body)
        late = self._refuse_outside_window(number, person, type_)
        if type_ == "reaction":
            return self._react(request, number, person, body)
        message = await self._message(request, number, person, body=body, type_=type_)
        accepted = self.traffic.accept(message)
        if late is not None:
            self.traffic.tick(accepted, "failed", failure=late)
        return self._accepted(body, person, accepted.id)

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
        if not to and body.get("recipient"):
            person = self.world.person_by_user_id(str(body["recipient"]))
            if person is None:
                raise GraphRefusal(131026, details="The recipient is not known.")
            return person
        digits = digits_of(to)
        if not 7 <= len(digits) <= 15:
            raise GraphRefusal(131009, details=f"Invalid recipient: {to!r}.")
        if digits == number.digits:
            raise GraphRefusal(131021, details="The sender and the recipient are the same number.")
        return self.world.person(digits)

    def _refuse_outside_window(self, number: Number, person: Person, type_: str) -> Failure | None:
        """Only templates pass when the person has not written within 24 hours.

        Refused at once, or, where the number is set to refuse late, by the failed status that is returned.
        """
        last = self.world.last_written_at(number.channel, person.wa_id)
        is_open = last is not None and self.world.now() - last < self.world.configuration.window_seconds
        if is_open or type_ == "template":
            return None
        details = (
            "Message failed to send because more than 24 hours have passed since the customer last replied"
            " to this number."
        )
        if number.late_refusals:
            return Failure(code=131047, title=REFUSALS[131047][1], details=details)
        raise GraphRefusal(131047, details=details)

    async def _message(
        self, request: Request, number: Number, person: Person, *, body: Json, type_: str
    ) -> Message:
        content = body.get(type_) if type_ == "contacts" else required(body, type_)
        text, media_id, place = "", None, None
        if type_ in MEDIA_TYPES and isinstance(content, dict):
            media_id, text = await self._media(content), limited(content.get("caption"), CAPTION_LIMIT)
        elif type_ == "text" and isinstance(content, dict):
            text = limited(content.get("body"), BODY_LIMIT)
            if not text:
                raise GraphRefusal(131008, details="text.body is required.")
        elif type_ == "location" and isinstance(content, dict):
            place = place_of(content)
        elif isinstance(content, dict):
            text = summary_of(type_, content)
        is_voice = type_ == "audio" and isinstance(content, dict) and bool(content.get("voice"))
        return Message(
            id=self.world.identities.wamid(person.wa_id),
            channel=number.channel,
            wa_id=person.wa_id,
            from_us=True,
            type="voice" if is_voice else type_,
            at=self.world.now(),
            body=text,
            media_id=media_id,
            location=place,
            contacts=neutral_contacts(content) if isinstance(content, list) else [],
            quoted_id=(body.get("context") or {}).get("message_id"),
            callback=body.get("biz_opaque_callback_data"),
            silent=is_silent(request),
            content=content if isinstance(content, dict) and type_ in {"template", "interactive"} else {},
        )

    async def _media(self, content: Json) -> str:
        """The id of a file that was uploaded, or of the one just fetched from `link`."""
        media_id = content.get("id")
        if media_id is not None:
            if str(media_id) not in self.world.media:
                raise GraphRefusal(131009, details=f"Media {media_id} does not exist.")
            return str(media_id)
        if not content.get("link"):
            raise GraphRefusal(131008, details="One of id and link is required.")
        try:
            data, mime_type = await self.courier.fetch(str(content["link"]))
        except Undeliverable as error:
            raise GraphRefusal(131053, details=str(error)) from error
        return self.world.keep_media(data, mime_type, filename=content.get("filename")).id

    def _react(self, request: Request, number: Number, person: Person, body: Json) -> Response:
        content = required(body, "reaction")
        target = self.world.message(number.channel, str(content.get("message_id", "")))
        if target is None:
            raise GraphRefusal(131009, details="reaction.message_id is not a message of this chat.")
        reaction = Reaction(
            id=self.world.identities.wamid(person.wa_id),
            target=target,
            emoji=str(content.get("emoji") or ""),
            from_us=True,
            at=self.world.now(),
            callback=body.get("biz_opaque_callback_data"),
            silent=is_silent(request),
        )
        self.traffic.react_as_shop(reaction)
        return self._accepted(body, person, reaction.id)

    @staticmethod
    def _accepted(body: Json, person: Person, message_id: str) -> Response:
        contact = {"input": str(body.get("to") or body.get("recipient")), "wa_id": person.wa_id}
        message: Json = {"id": message_id}
        if body.get("type") == "template":
            message["message_status"] = "accepted"
        return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})


def limited(text: object, limit: int) -> str:
    value = str(text or "")
    if len(value) > limit:
        raise GraphRefusal(131009, details=f"The text is {len(value)} characters long, {limit} are allowed.")
    return value


def place_of(content: Json) -> Place:
    try:
        latitude, longitude = float(content["latitude"]), float(content["longitude"])
    except (KeyError, TypeError, ValueError) as error:
        raise GraphRefusal(131009, details="latitude and longitude must be numbers.") from error
    return Place(
        latitude=latitude, longitude=longitude, name=content.get("name"), address=content.get("address")
    )


def summary_of(type_: str, content: Json) -> str:
    """What the phone shows for a template or an interactive message, in one line."""
    if type_ == "template":
        parameters = [
            str(parameter.get("text", ""))
            for component in content.get("components") or []
            for parameter in component.get("parameters") or []
        ]
        return " ".join([f"[{content.get('name', 'template')}]", *filter(None, parameters)])
    return str((content.get("body") or {}).get("text", ""))


def neutral_contacts(cards: list[Json]) -> list[Json]:
    return [
        {
            "name": (card.get("name") or {}).get("formatted_name", ""),
            "phone": ((card.get("phones") or [{}])[0]).get("phone", ""),
        }
        for card in cards
    ]
