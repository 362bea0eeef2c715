"""How WAHA writes a message down, for each engine.

The engines differ most where one would expect it least: in the answer to a send and in `_data`. The facts are
those of WAHA 2025.10 to 2026.7 (documentation, OpenAPI 2026.7.1, captured answers).
"""

from datetime import UTC, datetime

from parley.simulator.records import STATUS_ORDER, Json, Media, Message, Person, Session
from parley.simulator.world import World

ACK_NAMES = {-1: "ERROR", 0: "PENDING", 1: "SERVER", 2: "DEVICE", 3: "READ", 4: "PLAYED"}
WEBJS_TYPES = {"text": "chat", "voice": "ptt", "contacts": "vcard", "audio": "audio"}


def ack_of(message: Message) -> int:
    return -1 if message.status == "failed" else STATUS_ORDER[message.status]


def phone_chat(wa_id: str) -> str:
    return wa_id if "@" in wa_id else f"{wa_id}@c.us"


def phone_jid(wa_id: str) -> str:
    return wa_id if "@" in wa_id else f"{wa_id}@s.whatsapp.net"


def chat_id(session: Session, person: Person) -> str:
    """The name of the chat as this session sees it."""
    if session.addressing == "lid" and "@" not in person.wa_id:
        return f"{person.lid}@lid"
    return phone_chat(person.wa_id)


def full_id(session: Session, person: Person, message: Message) -> str:
    side = "true" if message.from_us else "false"
    return f"{side}_{chat_id(session, person)}_{message.id}"


class WahaShapes:
    def __init__(self, world: World) -> None:
        self.world = world

    def message(self, session: Session, message: Message, *, base_url: str) -> Json:
        """A `WAMessage`, as webhooks and the chat history carry it."""
        person = self.world.person(message.wa_id)
        chat = chat_id(session, person)
        me = phone_chat(session.phone or "")
        from_, to = self._ends(session, message, chat=chat, me=me)
        ack = ack_of(message) if message.from_us else 1
        return {
            "id": full_id(session, person, message),
            "timestamp": int(message.at),
            "from": from_,
            "fromMe": message.from_us,
            "source": message.source if message.from_us else "app",
            "to": to,
            "participant": None,
            "body": message.body or None if message.media_id else message.body,
            "hasMedia": message.media_id is not None,
            "media": self.media(session, message, base_url=base_url),
            "ack": ack,
            "ackName": ACK_NAMES[ack],
            "location": self._location(message),
            "vCards": [vcard_of(card) for card in message.contacts],
            "replyTo": self._quoted(session, message),
            "_data": self.engine_data(session, message),
        }

    @staticmethod
    def _ends(session: Session, message: Message, *, chat: str, me: str) -> tuple[str, str | None]:
        """`from` and `to`. In NOWEB `from` is the chat even for our own messages; GOWS leaves `to` out."""
        if session.engine == "NOWEB":
            return chat, None
        if session.engine == "GOWS":
            return (me if message.from_us else chat), None
        return (me, chat) if message.from_us else (chat, me)

    def media(self, session: Session, message: Message, *, base_url: str) -> Json | None:
        if message.media_id is None or message.media_id not in self.world.media:
            return None
        media = self.world.media[message.media_id]
        return {
            "url": f"{base_url}/api/files/{session.name}/{file_name(media)}",
            "mimetype": media.mime_type,
            "filename": media.filename,
            "s3": None,
            "error": None,
        }

    @staticmethod
    def _location(message: Message) -> Json | None:
        place = message.location
        if place is None:
            return None
        return {
            "latitude": str(place.latitude),
            "longitude": str(place.longitude),
            "live": False,
            "name": place.name,
            "address": place.address,
            "url": None,
            "description": "\n".join(part for part in (place.name, place.address) if part) or None,
            "thumbnail": None,
        }

    def _quoted(self, session: Session, message: Message) -> Json | None:
        quoted = self.world.message(message.channel, message.quoted_id) if message.quoted_id else None
        if quoted is None:
            return None
        person = self.world.person(quoted.wa_id)
        return {
            "id": quoted.id if session.engine in {"NOWEB", "GOWS"} else full_id(session, person, quoted),
            "participant": phone_chat(session.phone or "") if quoted.from_us else chat_id(session, person),
            "body": quoted.body,
            "hasMedia": quoted.media_id is not None,
            "_data": {},
        }

    def engine_data(self, session: Session, message: Message) -> Json:
        """What the engine itself knows of the message: `_data`."""
        if session.engine == "NOWEB":
            return self._noweb(session, message)
        return self._gows(session, message) if session.engine == "GOWS" else self._webjs(session, message)

    def _noweb(self, session: Session, message: Message) -> Json:
        person = self.world.person(message.wa_id)
        jid, other = phone_jid(person.wa_id), f"{person.lid}@lid"
        if session.addressing == "lid":
            jid, other = other, jid
        key = {"remoteJid": jid, "remoteJidAlt": other, "fromMe": message.from_us, "id": message.id}
        data: Json = {
            "key": key,
            "message": self._content(message),
            "messageTimestamp": int(message.at),
            "status": ack_of(message) + 1 if message.from_us else 2,
        }
        return data if message.from_us else {**data, "pushName": person.name}

    def _gows(self, session: Session, message: Message) -> Json:
        person = self.world.person(message.wa_id)
        jid, other = phone_jid(person.wa_id), f"{person.lid}@lid"
        if session.addressing == "lid":
            jid, other = other, jid
        info = {
            "Chat": jid,
            "Sender": phone_jid(session.phone or "") if message.from_us else jid,
            "IsFromMe": message.from_us,
            "IsGroup": False,
            "AddressingMode": session.addressing if session.addressing == "lid" else "",
            "SenderAlt": "" if message.from_us else other,
            "RecipientAlt": other if message.from_us else "",
            "ID": message.id,
            "ServerID": 0,
            "Type": "media" if message.media_id else "text",
            "PushName": "" if message.from_us else person.name,
            "Timestamp": datetime.fromtimestamp(int(message.at), UTC).isoformat().replace("+00:00", "Z"),
            "MediaType": message.type if message.media_id else "",
            "Edit": "",
        }
        return {"Info": info, "Message": self._content(message)}

    def _webjs(self, session: Session, message: Message) -> Json:
        person = self.world.person(message.wa_id)
        chat = chat_id(session, person)
        data: Json = {
            "id": {
                "fromMe": message.from_us,
                "remote": chat,
                "id": message.id,
                "_serialized": full_id(session, person, message),
            },
            "viewed": False,
            "body": message.body,
            "type": WEBJS_TYPES.get(message.type, message.type),
            "t": int(message.at),
            "from": phone_chat(session.phone or "") if message.from_us else chat,
            "to": chat if message.from_us else phone_chat(session.phone or ""),
            "ack": ack_of(message) if message.from_us else 1,
        }
        return data if message.from_us else {**data, "notifyName": person.name}

    @staticmethod
    def _content(message: Message) -> Json:
        """The protocol's own message, as the two socket engines show it."""
        if message.type == "text":
            return {"extendedTextMessage": {"text": message.body}}
        if message.location is not None:
            place = message.location
            return {
                "locationMessage": {
                    "degreesLatitude": place.latitude,
                    "degreesLongitude": place.longitude,
                    "name": place.name,
                    "address": place.address,
                }
            }
        kind = {"voice": "audio"}.get(message.type, message.type)
        extra = {"ptt": True} if message.type == "voice" else {}
        return {f"{kind}Message": {"caption": message.body or None, **extra}}

    def send_answer(self, session: Session, message: Message, *, base_url: str) -> Json:
        """The answer to a send. NOWEB has no `id` at the top, in WEBJS and WPP it is an object."""
        data = self.engine_data(session, message)
        if session.engine == "NOWEB":
            empty = (
                "messageStubParameters",
                "labels",
                "userReceipt",
                "reactions",
                "pollUpdates",
                "eventResponses",
            )
            return {**{name: [] for name in empty}, **data}
        if session.engine == "GOWS":
            return {"id": full_id(session, self.world.person(message.wa_id), message), "_data": data}
        return {**self.message(session, message, base_url=base_url), "_data": data, "id": data["id"]}


def vcard_of(contact: Json) -> str:
    """A contact card in the neutral form {name, phone} as vCard 3.0."""
    name, phone = contact.get("name") or "", contact.get("phone") or ""
    digits = "".join(mark for mark in phone if mark.isdigit())
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;type=CELL;type=VOICE;waid={digits}:{phone}\nEND:VCARD"


EXTENSIONS = {
    "image/jpeg": "jpeg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "audio/ogg": "oga",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "application/pdf": "pdf",
}


def file_name(media: Media) -> str:
    """The file's name in its address: our id, never the sender's name."""
    return f"{media.id}.{EXTENSIONS.get(media.mime_type.partition(';')[0], 'bin')}"
