"""What Meta's webhooks say of people, messages and statuses."""

import base64

from parley.simulator.records import Json, Message, Person, Reaction
from parley.simulator.world import World

PRICED = {"sent", "delivered"}
MEDIA_FIELDS = {"image", "video", "audio", "voice", "document", "sticker"}
ERROR_PAGE = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class CloudShapes:
    def __init__(self, world: World) -> None:
        self.world = world

    def inbound(self, message: Message) -> Json:
        """One element of `messages`. The message's `content` is laid over what its type gives."""
        person = self.author_of(message)
        shown: Json = {
            **sender_of(person),
            "id": message.id,
            "timestamp": str(int(message.at)),
        }
        if message.participant:
            shown["group_id"] = message.wa_id
        if message.forwarded:
            shown["context"] = {"forwarded": True}
        if message.quoted_id is not None:
            quoted = self.world.message(message.channel, message.quoted_id)
            digits = self.world.number_of(message.channel).digits
            author = digits if quoted and quoted.from_us else person.wa_id
            shown["context"] = {**shown.get("context", {}), "from": author, "id": message.quoted_id}
        type_ = "audio" if message.type == "voice" else message.type
        extra = self.content(message)
        if "context" in extra:
            extra["context"] = {**shown.get("context", {}), **extra["context"]}
        return {**shown, "type": type_, **extra}

    def author_of(self, message: Message) -> Person:
        """Whom the webhook names: in a group the member who wrote."""
        return self.world.person(message.participant or message.wa_id)

    def echo(self, message: Message) -> Json:
        """One element of `message_echoes`: what the shop wrote on its own phone."""
        person = self.world.person(message.wa_id)
        type_ = "audio" if message.type == "voice" else message.type
        return {
            "from": self.world.number_of(message.channel).digits,
            **({} if person.hides_number else {"to": person.wa_id}),
            "to_user_id": person.user_id,
            "id": message.id,
            "timestamp": str(int(message.at)),
            "type": type_,
            **self.content(message),
        }

    def content(self, message: Message) -> Json:
        """The object under the message's type, and whatever else its `content` has."""
        type_ = "audio" if message.type == "voice" else message.type
        extra = dict(message.content)
        if message.type in MEDIA_FIELDS and message.media_id is not None:
            return {type_: self.media(message), **extra}
        if message.location is not None:
            place = message.location
            facts = {
                "latitude": place.latitude,
                "longitude": place.longitude,
                "name": place.name,
                "address": place.address,
            }
            return {"location": present(facts), **extra}
        if message.contacts:
            return {"contacts": [contact_card(card) for card in message.contacts], **extra}
        if message.type == "text":
            return {"text": {"body": message.body}, **extra}
        return extra

    def media(self, message: Message) -> Json:
        media = self.world.media[message.media_id or ""]
        return present(
            {
                "caption": message.body or None,
                "filename": media.filename if message.type == "document" else None,
                "mime_type": media.mime_type,
                "sha256": base64.b64encode(bytes.fromhex(media.sha256)).decode(),
                "id": media.id,
                "url": f"{self.world.base_url}/whatsapp_business/attachments/?mid={media.id}&source=webhook",
                "voice": message.type == "voice" if message.type in {"voice", "audio"} else None,
                "animated": False if message.type == "sticker" else None,
            }
        )

    def reaction(self, reaction: Reaction) -> Json:
        """A customer's reaction as one of `messages`; one taken back has no emoji."""
        person = self.world.person(reaction.target.wa_id)
        shown = {"message_id": reaction.target.id, **({"emoji": reaction.emoji} if reaction.emoji else {})}
        return {
            **sender_of(person),
            "id": reaction.id,
            "timestamp": str(int(reaction.at)),
            "type": "reaction",
            "reaction": shown,
        }

    def status(self, message: Message) -> Json:
        """One element of `statuses`."""
        person = self.world.person(message.wa_id)
        shown: Json = {
            "id": message.id,
            "status": message.status,
            "timestamp": str(int(message.status_at or message.at)),
            **recipient_of(person),
        }
        if message.callback is not None:
            shown["biz_opaque_callback_data"] = message.callback
        if message.status in PRICED:
            shown["pricing"] = self._price(message)
        if message.failure is not None:
            failure = message.failure
            shown["errors"] = [
                {
                    "code": failure.code,
                    "title": failure.title,
                    "message": failure.title,
                    "error_data": {"details": failure.details},
                    "href": ERROR_PAGE,
                }
            ]
        return shown

    def _price(self, message: Message) -> Json:
        """Templates cost, but for utility in an open window; everything else is free."""
        if message.type != "template":
            return {
                "billable": False,
                "pricing_model": "PMP",
                "type": "free_customer_service",
                "category": "service",
            }
        category = self.world.category_of(message).lower()
        is_free = category == "utility" and self.world.window_is_open(message.channel, message.wa_id)
        return {
            "billable": not is_free,
            "pricing_model": "PMP",
            "type": "free_customer_service" if is_free else "regular",
            "category": category,
        }


def sender_of(person: Person) -> Json:
    """Somebody with a username is named by the user id alone."""
    number = {} if person.hides_number else {"from": person.wa_id}
    return {**number, "from_user_id": person.user_id}


def recipient_of(person: Person) -> Json:
    number = {} if person.hides_number else {"recipient_id": person.wa_id}
    return {**number, "recipient_user_id": person.user_id}


def contact_of(person: Person) -> Json:
    profile = {"name": person.name, **({"username": person.username} if person.username else {})}
    number = {} if person.hides_number else {"wa_id": person.wa_id}
    return {"profile": profile, **number, "user_id": person.user_id}


def contact_card(contact: Json) -> Json:
    """A contact card in the neutral form {name, phone} as the Cloud API writes it."""
    name, phone = str(contact.get("name", "")), str(contact.get("phone", ""))
    first, _, last = name.partition(" ")
    digits = "".join(mark for mark in phone if mark.isdigit())
    return {
        "name": {"formatted_name": name, "first_name": first, "last_name": last},
        "phones": [{"phone": phone, "wa_id": digits, "type": "CELL"}],
    }


def present(facts: Json) -> Json:
    return {name: value for name, value in facts.items() if value is not None}
