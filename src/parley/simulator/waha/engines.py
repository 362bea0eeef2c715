"""What each engine itself knows of a message: `_data`.

Facts from captured answers and webhooks of WAHA 2025.10 to 2026.7: GOWS shows whatsmeow's `Info` and
`Message`, NOWEB Baileys' `key` and `message`, WEBJS and WPP the fields of WhatsApp Web.
"""

from datetime import UTC, datetime

from parley.simulator.records import Json, Message, Session
from parley.simulator.waha.content import content_of, webjs_content
from parley.simulator.waha.names import (
    BROWSER_ENGINES,
    ack_of,
    chat_id,
    full_id,
    is_group,
    jids,
    me_chat,
    participant_of,
    phone_jid,
    writer_of,
)
from parley.simulator.world import World

NEVER = "0001-01-01T00:00:00Z"
NOWEB_LISTS = (
    "messageStubParameters", "labels", "userReceipt", "reactions", "pollUpdates", "eventResponses",
    "statusMentions", "messageAddOns", "statusMentionSources", "supportAiCitations",
)  # fmt: skip


def engine_data(world: World, session: Session, message: Message) -> Json:
    """`_data` of a message in this session's engine."""
    if session.engine == "NOWEB":
        return noweb_data(world, session, message)
    if session.engine in BROWSER_ENGINES:
        return _webjs_data(world, session, message)
    return _gows_data(world, session, message)


def noweb_key(world: World, session: Session, message: Message) -> Json:
    person = world.person(message.wa_id)
    jid, other = jids(session, person)
    key: Json = {"remoteJid": jid, "fromMe": message.from_us, "id": message.id}
    if not is_group(message.wa_id):
        return {**key, "remoteJidAlt": other}
    writer, alternative = jids(session, writer_of(world, session, message))
    return {**key, "participant": writer, "participantAlt": alternative}


def noweb_data(world: World, session: Session, message: Message) -> Json:
    writer = writer_of(world, session, message)
    data: Json = {
        "key": noweb_key(world, session, message),
        "message": content_of(world, message),
        "messageTimestamp": int(message.at),
        "broadcast": False,
        "status": ack_of(message) + 1 if message.from_us else 2,
    }
    if message.reactions:
        data["reactions"] = [{"key": data["key"], "text": emoji} for emoji in message.reactions.values()]
    return data if message.from_us else {**data, "pushName": writer.name}


def _gows_data(world: World, session: Session, message: Message) -> Json:
    writer = writer_of(world, session, message)
    chat, chat_other = jids(session, world.person(message.wa_id))
    sender, sender_other = jids(session, writer)
    info = {
        "Chat": chat,
        "Sender": phone_jid(session.phone or "") if message.from_us else sender,
        "IsFromMe": message.from_us,
        "IsGroup": is_group(message.wa_id),
        "AddressingMode": session.addressing if session.addressing == "lid" else "",
        "SenderAlt": "" if message.from_us else sender_other,
        "RecipientAlt": chat_other if message.from_us and not is_group(message.wa_id) else "",
        "BroadcastListOwner": "",
        "BroadcastRecipients": None,
        "ID": message.id,
        "ServerID": 0,
        "Type": "media" if message.media_id else "text",
        "PushName": "" if message.from_us else writer.name,
        "Timestamp": datetime.fromtimestamp(int(message.at), UTC).isoformat().replace("+00:00", "Z"),
        "Category": "",
        "Multicast": False,
        "MediaType": message.type if message.media_id else "",
        "Edit": "",
        "MsgBotInfo": {"EditType": "", "EditTargetID": "", "EditSenderTimestampMS": NEVER},
        "VerifiedName": None,
        "DeviceSentMeta": None,
    }
    return {"Info": info, "Message": content_of(world, message)}


def _webjs_data(world: World, session: Session, message: Message) -> Json:
    chat = chat_id(session, world.person(message.wa_id))
    participant = participant_of(world, session, message)
    key: Json = {
        "fromMe": message.from_us,
        "remote": chat,
        "id": message.id,
        "_serialized": full_id(world, session, message),
    }
    data: Json = {
        "id": {**key, "participant": participant} if participant else key,
        "viewed": False,
        "body": message.body,
        "t": int(message.at),
        "from": me_chat(session) if message.from_us else chat,
        "to": chat if message.from_us else me_chat(session),
        "ack": ack_of(message) if message.from_us else 1,
        "isForwarded": message.forwarded,
        "star": message.starred,
        **webjs_content(world, message),
    }
    if participant:
        data["author"] = participant
    return data if message.from_us else {**data, "notifyName": writer_of(world, session, message).name}


def tick_data(world: World, session: Session, message: Message) -> Json:
    """`_data` of a tick: the receipt as the engine got it."""
    ack = ack_of(message)
    if session.engine == "NOWEB":
        return {"key": noweb_key(world, session, message), "update": {"status": ack + 1}}
    if session.engine in BROWSER_ENGINES:
        return _webjs_data(world, session, message)
    chat, _ = jids(session, world.person(message.wa_id))
    return {
        "Chat": chat,
        "Sender": chat,
        "IsFromMe": False,
        "IsGroup": is_group(message.wa_id),
        "MessageIDs": [message.id],
        "Timestamp": datetime.fromtimestamp(int(message.status_at), UTC).isoformat().replace("+00:00", "Z"),
        "Type": {1: "server", 3: "read", 4: "played"}.get(ack, ""),
    }
