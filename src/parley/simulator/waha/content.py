"""What a message says, as the engines write it: the protocol's own message, and WhatsApp Web's fields."""

from parley.simulator.records import Json, Media, Message
from parley.simulator.waha.vcards import vcard_of
from parley.simulator.world import World

FILE_PARTS = {
    "image": "imageMessage", "video": "videoMessage", "audio": "audioMessage", "voice": "audioMessage",
    "document": "documentMessage", "sticker": "stickerMessage",
}  # fmt: skip
WEBJS_TYPES = {
    "text": "chat", "voice": "ptt", "contacts": "vcard", "poll": "poll_creation", "list": "list",
    "button": "buttons_response", "interactive": "list_response", "event": "event_creation",
}  # fmt: skip


def content_of(world: World, message: Message) -> Json:
    """The protocol's message, as NOWEB and GOWS show it."""
    context: Json = {"isForwarded": True, "forwardingScore": 1} if message.forwarded else {}
    if message.quoted_id:
        context["stanzaId"] = message.quoted_id
    more = {"contextInfo": context} if context else {}
    if message.location is not None:
        return {"locationMessage": {**_place(message), **more}}
    if message.type in FILE_PARTS:
        return {FILE_PARTS[message.type]: {**_file(world.media.get(message.media_id or ""), message), **more}}
    if message.type == "contacts":
        return _cards(message)
    if message.type in {"poll", "list", "button", "interactive", "event", "reaction"}:
        return _composed(message)
    if message.type == "unsupported":
        return {"albumMessage": {"expectedImageCount": 2}}
    return {"extendedTextMessage": {"text": message.body, **more}}


def poll_of(message: Message) -> Json:
    """The poll of a message: name, options, multipleAnswers."""
    poll = message.content.get("poll")
    return poll if isinstance(poll, dict) else {}


def choice_of(message: Message) -> str:
    """The id of the button or row that a customer tapped, in whichever form the letter brought it."""
    for part in (message.content.get("choice"), *(message.content.get("interactive") or {}).values()):
        if isinstance(part, dict) and part.get("id"):
            return str(part["id"])
    return message.body


def _composed(message: Message) -> Json:
    match message.type:
        case "poll":
            poll = poll_of(message)
            options = [{"optionName": str(option)} for option in poll.get("options") or []]
            count = 0 if poll.get("multipleAnswers") else 1
            return {
                "pollCreationMessageV3": {
                    "name": message.body or poll.get("name", ""),
                    "options": options,
                    "selectableOptionsCount": count,
                }
            }
        case "button":
            chosen = {"selectedButtonId": choice_of(message), "selectedDisplayText": message.body}
            return {"buttonsResponseMessage": chosen}
        case "interactive":
            row = {"selectedRowId": choice_of(message)}
            return {"listResponseMessage": {"title": message.body, "singleSelectReply": row}}
        case "reaction":
            return {"reactionMessage": {"text": message.body}}
        case "list":
            return {"listMessage": message.content.get("list") or {}}
        case _:
            return {"eventMessage": message.content.get("event") or {}}


def _place(message: Message) -> Json:
    place = message.location
    if place is None:
        return {}
    return {
        "degreesLatitude": place.latitude,
        "degreesLongitude": place.longitude,
        "name": place.name,
        "address": place.address,
    }


def _file(media: Media | None, message: Message) -> Json:
    part: Json = {"caption": message.body or None}
    if media is not None:
        part |= {"mimetype": media.mime_type, "fileLength": str(media.byte_size)}
        if media.filename:
            part["fileName"] = media.filename
    return {**part, "ptt": True} if message.type == "voice" else part


def _cards(message: Message) -> Json:
    cards = [{"displayName": card.get("name") or "", "vcard": vcard_of(card)} for card in message.contacts]
    if len(cards) == 1:
        return {"contactMessage": cards[0]}
    return {"contactsArrayMessage": {"displayName": f"{len(cards)} contacts", "contacts": cards}}


def webjs_content(world: World, message: Message) -> Json:
    """WhatsApp Web's type and the fields that go with it."""
    shown: Json = {"type": WEBJS_TYPES.get(message.type, message.type)}
    match message.type:
        case "poll":
            options = poll_of(message).get("options") or []
            shown["pollName"] = message.body or poll_of(message).get("name", "")
            shown["pollOptions"] = [
                {"name": str(name), "localId": place} for place, name in enumerate(options)
            ]
        case "button":
            shown["selectedButtonId"] = choice_of(message)
        case "interactive":
            row = {"selectedRowId": choice_of(message)}
            shown["listResponse"] = {"title": message.body, "singleSelectReply": row}
        case "contacts" if len(message.contacts) > 1:
            shown["type"] = "multi_vcard"
        case _:
            pass
    if message.location is not None:
        shown |= {"lat": message.location.latitude, "lng": message.location.longitude}
    media = world.media.get(message.media_id or "")
    if media is not None:
        shown |= {"mimetype": media.mime_type, "size": media.byte_size, "filename": media.filename}
    return shown
