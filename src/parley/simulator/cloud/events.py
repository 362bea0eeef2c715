"""Meta's webhooks: the payloads of messages and statuses, signed with the app's secret."""

import base64
import hashlib
import hmac
import json

from parley.simulator.courier import Courier
from parley.simulator.records import App, Delivery, Json, Message, Number, Person, Presence, Reaction
from parley.simulator.world import World

PRICED = {"sent", "delivered"}
MEDIA_FIELDS = {"image", "video", "audio", "voice", "document", "sticker"}
AGENT = "facebookexternalua"


class CloudEvents:
    """The outlet of the Cloud API. Customers' edits and presence never reach a Cloud API number."""

    def __init__(self, world: World, courier: Courier) -> None:
        self.world = world
        self.courier = courier

    def written(self, message: Message) -> None:
        person = self.world.person(message.wa_id)
        self._emit(message.channel, {"contacts": [contact_of(person)], "messages": [self.inbound(message)]})

    def sent(self, message: Message) -> None:
        """Nothing: the API's own messages are not echoed."""

    def ticked(self, message: Message) -> None:
        if message.silent:
            return
        person = self.world.person(message.wa_id)
        self._emit(
            message.channel, {"contacts": [contact_of(person)], "statuses": [self.status(message, person)]}
        )

    def reacted(self, reaction: Reaction) -> None:
        if reaction.from_us:
            self._tick_of_reaction(reaction)
            return
        person = self.world.person(reaction.target.wa_id)
        shown: Json = {"message_id": reaction.target.id}
        if reaction.emoji:
            shown["emoji"] = reaction.emoji
        message = {
            "from": person.wa_id,
            "from_user_id": person.user_id,
            "id": reaction.id,
            "timestamp": str(int(reaction.at)),
            "type": "reaction",
            "reaction": shown,
        }
        self._emit(reaction.target.channel, {"contacts": [contact_of(person)], "messages": [message]})

    def _tick_of_reaction(self, reaction: Reaction) -> None:
        """A reaction of the shop gets one status only: sent."""
        person = self.world.person(reaction.target.wa_id)
        status = {
            "id": reaction.id,
            "status": "sent",
            "timestamp": str(int(reaction.at)),
            "recipient_id": person.wa_id,
        }
        if reaction.callback is not None:
            status["biz_opaque_callback_data"] = reaction.callback
        self._emit(reaction.target.channel, {"contacts": [contact_of(person)], "statuses": [status]})

    def edited(self, message: Message, edit_id: str) -> None:
        """Nothing: the Cloud API does not tell of edits outside coexistence."""

    def revoked(self, message: Message, revoke_id: str) -> None:
        """Meta tells of a deletion as a message that it does not support."""
        person = self.world.person(message.wa_id)
        errors = [
            {
                "code": 131051,
                "title": "Message type unknown",
                "message": "Message type unknown",
                "error_data": {"details": "Message type is currently not supported."},
            }
        ]
        deleted = {
            "from": person.wa_id,
            "id": revoke_id,
            "timestamp": str(int(self.world.now())),
            "type": "unsupported",
            "errors": errors,
        }
        self._emit(message.channel, {"contacts": [contact_of(person)], "messages": [deleted]})

    def presence(self, channel: str, person: Person, presence: Presence) -> None:
        """Nothing: the Cloud API does not tell who is typing."""

    def inbound(self, message: Message) -> Json:
        """One element of `messages`."""
        person = self.world.person(message.wa_id)
        shown: Json = {
            "from": person.wa_id,
            "from_user_id": person.user_id,
            "id": message.id,
            "timestamp": str(int(message.at)),
        }
        if message.quoted_id is not None:
            quoted = self.world.message(message.channel, message.quoted_id)
            author = self._number(message.channel).digits if quoted and quoted.from_us else person.wa_id
            shown["context"] = {"from": author, "id": message.quoted_id}
        type_ = "audio" if message.type == "voice" else message.type
        return {**shown, "type": type_, **self._content(message, type_)}

    def _content(self, message: Message, type_: str) -> Json:
        if message.type in MEDIA_FIELDS and message.media_id is not None:
            return {type_: self._media(message)}
        if message.location is not None:
            place = message.location
            facts = {
                "latitude": place.latitude,
                "longitude": place.longitude,
                "name": place.name,
                "address": place.address,
            }
            return {"location": {name: value for name, value in facts.items() if value is not None}}
        if message.contacts:
            return {"contacts": [contact_card(card) for card in message.contacts]}
        if message.type == "text":
            return {"text": {"body": message.body}}
        return dict(message.content)

    def _media(self, message: Message) -> Json:
        media = self.world.media[message.media_id or ""]
        facts: Json = {
            "caption": message.body or None,
            "filename": media.filename if message.type == "document" else None,
            "mime_type": media.mime_type,
            "sha256": base64.b64encode(bytes.fromhex(media.sha256)).decode(),
            "id": media.id,
            "voice": message.type == "voice" if message.type in {"voice", "audio"} else None,
            "animated": False if message.type == "sticker" else None,
        }
        return {name: value for name, value in facts.items() if value is not None}

    @staticmethod
    def status(message: Message, person: Person) -> Json:
        """One element of `statuses`. `played` exists for voice only, and comes after `read`."""
        shown: Json = {
            "id": message.id,
            "status": message.status,
            "timestamp": str(int(message.status_at or message.at)),
            "recipient_id": person.wa_id,
            "recipient_user_id": person.user_id,
        }
        if message.callback is not None:
            shown["biz_opaque_callback_data"] = message.callback
        if message.status in PRICED:
            is_template = message.type == "template"
            shown["pricing"] = {
                "billable": is_template,
                "pricing_model": "PMP",
                "type": "regular" if is_template else "free_customer_service",
                "category": "utility" if is_template else "service",
            }
        if message.failure is not None:
            failure = message.failure
            shown["errors"] = [
                {
                    "code": failure.code,
                    "title": failure.title,
                    "message": failure.title,
                    "error_data": {"details": failure.details},
                    "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
                }
            ]
        return shown

    def _emit(self, channel: str, what: Json) -> None:
        number = self._number(channel)
        app, url = self.world.app_of(number.account_id), self._callback_of(number)
        if not url:
            return
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": number.digits, "phone_number_id": number.id},
            **what,
        }
        change = {"field": "messages", "value": value}
        entry = {"id": number.account_id, "time": int(self.world.now()), "changes": [change]}
        payload = {"object": "whatsapp_business_account", "entry": [entry]}
        event = "statuses" if "statuses" in what else "messages"
        self.courier.send(self._delivery(app, url, event, channel=channel, payload=payload))

    def _delivery(self, app: App, url: str, event: str, *, channel: str, payload: Json) -> Delivery:
        body = json.dumps(payload, separators=(",", ":"))  # Meta escapes what is not ASCII, and signs that
        return Delivery(
            id=self.world.identities.secret(),
            api="cloud",
            event=event,
            channel=channel,
            url=url,
            headers={
                "content-type": "application/json",
                "user-agent": AGENT,
                "X-Hub-Signature-256": f"sha256={sign(app.secret, body.encode())}",
            },
            body=body,
            waits=list(self.world.configuration.cloud_retry_seconds),
        )

    def _callback_of(self, number: Number) -> str:
        """The number's own address wins over the account's, and that over the app's."""
        account = self.world.accounts[number.account_id]
        if number.override_url:
            return number.override_url
        if not account.subscribed:
            return ""
        return account.override_url or self.world.app_of(account.id).callback_url

    def _number(self, channel: str) -> Number:
        return self.world.numbers[channel.partition(":")[2]]


def sign(secret: str, body: bytes) -> str:
    """Meta's signature: HMAC-SHA256 of the raw body in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def contact_of(person: Person) -> Json:
    return {"profile": {"name": person.name}, "wa_id": person.wa_id, "user_id": person.user_id}


def contact_card(contact: Json) -> Json:
    """A contact card in the neutral form {name, phone} as the Cloud API writes it."""
    name, phone = str(contact.get("name", "")), str(contact.get("phone", ""))
    first, _, last = name.partition(" ")
    digits = "".join(mark for mark in phone if mark.isdigit())
    return {
        "name": {"formatted_name": name, "first_name": first, "last_name": last},
        "phones": [{"phone": phone, "wa_id": digits, "type": "CELL"}],
    }
