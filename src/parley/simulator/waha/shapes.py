"""How WAHA writes a message down: the `WAMessage` of webhooks and history, and the answers to orders.

The engines differ most where one would expect it least: in the answer to a send and in `_data`. The facts are
those of WAHA 2025.10 to 2026.7 (documentation, OpenAPI 2026.7.1, captured answers).
"""

from parley.simulator.records import Json, Media, Message, Session
from parley.simulator.waha.content import content_of
from parley.simulator.waha.engines import NOWEB_LISTS, engine_data, noweb_key
from parley.simulator.waha.names import (
    ACK_NAMES,
    BROWSER_ENGINES,
    ack_of,
    chat_id,
    full_id,
    me_chat,
    participant_of,
    writer_of,
)
from parley.simulator.waha.vcards import vcard_of
from parley.simulator.world import World

WRAPPED_IN_NOWEB = frozenset({"poll", "forward"})
"""Orders that NOWEB answers with a real WAMessage around its own object, as captured in October 2025."""

_SOCKET_ERROR: Json = {"message": "Request failed with status code 404", "name": "AxiosError", "stack": ""}
_GRPC_ERROR: Json = {
    "code": 13,
    "details": "Error: 13 INTERNAL: failed to download media: download failed with status code 404",
}
MEDIA_ERRORS: dict[str, Json] = {
    "GOWS": _GRPC_ERROR, "NOWEB": _SOCKET_ERROR, "WEBJS": _SOCKET_ERROR, "WPP": _SOCKET_ERROR,
}  # fmt: skip
"""As in WAHA's issues 667 and 1930."""


class WahaShapes:
    def __init__(self, world: World) -> None:
        self.world = world

    def message(self, session: Session, message: Message, *, base_url: str) -> Json:
        """A `WAMessage`, as webhooks and the chat history carry it."""
        from_, to = self._ends(session, message)
        ack = ack_of(message) if message.from_us else 1
        return {
            "id": full_id(self.world, session, message),
            "timestamp": int(message.at),
            "from": from_,
            "fromMe": message.from_us,
            "source": message.source if message.from_us else "app",
            "to": to,
            "participant": participant_of(self.world, session, message),
            "body": self._body(session, message),
            "hasMedia": message.media_id is not None,
            "media": self.media(session, message, base_url=base_url),
            "ack": ack,
            "ackName": ACK_NAMES[ack],
            "location": self._location(message),
            "vCards": [vcard_of(card) for card in message.contacts],
            "replyTo": self._quoted(session, message, base_url=base_url),
            "_data": engine_data(self.world, session, message),
        }

    @staticmethod
    def _body(session: Session, message: Message) -> str | None:
        if message.media_id or (message.type == "poll" and session.engine not in BROWSER_ENGINES):
            return message.body if message.media_id and message.body else None
        return message.body

    def _ends(self, session: Session, message: Message) -> tuple[str, str | None]:
        """`from` and `to`. In NOWEB `from` is the chat even for our own messages; GOWS leaves `to` out."""
        chat, me = chat_id(session, self.world.person(message.wa_id)), me_chat(session)
        if session.engine == "NOWEB":
            return chat, None
        if session.engine == "GOWS":
            return (me if message.from_us else chat), None
        return (me, chat) if message.from_us else (chat, me)

    def media(self, session: Session, message: Message, *, base_url: str) -> Json | None:
        if message.media_id is None or message.media_id not in self.world.media:
            return None
        media, how = self.world.media[message.media_id], session.quirks.media
        if how == "unsaid":
            return None
        is_loaded = how in {"there", "expired"}
        return {
            "url": f"{base_url}/api/files/{session.name}/{file_name(media)}" if is_loaded else None,
            "mimetype": media.mime_type,
            "filename": media.filename,
            "s3": None,
            "error": MEDIA_ERRORS[session.engine] if how == "failed" else None,
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

    def _quoted(self, session: Session, message: Message, *, base_url: str) -> Json | None:
        quoted = self.world.message(message.channel, message.quoted_id) if message.quoted_id else None
        if quoted is None:
            return None
        is_bare = session.engine not in BROWSER_ENGINES
        return {
            "id": quoted.id if is_bare else full_id(self.world, session, quoted),
            "participant": chat_id(session, writer_of(self.world, session, quoted)),
            "body": quoted.body,
            "hasMedia": quoted.media_id is not None,
            "media": self.media(session, quoted, base_url=base_url),
            "_data": {},
        }

    def send_answer(
        self, session: Session, message: Message, *, base_url: str, order: str = ""
    ) -> Json | None:
        """The answer to a send; None is an answer without a body.

        NOWEB has no `id` at the top except where it wraps its object, in WEBJS and WPP `id` is an object.
        """
        if session.quirks.answers == "empty":
            return None
        if session.quirks.answers == "documented":
            return self.message(session, message, base_url=base_url)
        data = engine_data(self.world, session, message)
        if session.engine == "NOWEB":
            raw = {**{name: [] for name in NOWEB_LISTS}, **data}
            if order in WRAPPED_IN_NOWEB:
                return {**self.message(session, message, base_url=base_url), "_data": raw}
            return raw
        if session.engine == "GOWS":
            return {"id": full_id(self.world, session, message), "_data": data}
        return {**self.message(session, message, base_url=base_url), "_data": data, "id": data["id"]}

    def change_answer(self, session: Session, message: Message, change_id: str, *, deleted: bool) -> object:
        """The answer to an edit or a deletion: the protocol's message about the message, or nothing."""
        if session.engine in BROWSER_ENGINES:
            return None if deleted else self.send_answer(session, message, base_url="")
        key = {**noweb_key(self.world, session, message), "id": message.id}
        protocol: Json = {"key": key, "type": 0 if deleted else 14}
        if not deleted:
            protocol["editedMessage"] = content_of(self.world, message)
            protocol["timestampMs"] = int(self.world.now() * 1000)
        data = engine_data(self.world, session, message)
        if session.engine == "NOWEB":
            about = {
                **data,
                "key": {**data["key"], "id": change_id},
                "message": {"protocolMessage": protocol},
            }
            return {**{name: [] for name in NOWEB_LISTS}, **about, "status": 1}
        info = {**data["Info"], "ID": change_id, "Edit": "7" if deleted else "1"}
        side, chat, _ = full_id(self.world, session, message).split("_", 2)
        return {
            "id": f"{side}_{chat}_{change_id}",
            "_data": {"Info": info, "Message": {"protocolMessage": protocol}},
        }


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
