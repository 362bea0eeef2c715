"""How WAHA calls people, chats and messages, as a session sees them."""

from parley.simulator.records import STATUS_ORDER, Message, Person, Session
from parley.simulator.world import World

ACK_NAMES = {-1: "ERROR", 0: "PENDING", 1: "SERVER", 2: "DEVICE", 3: "READ", 4: "PLAYED"}
BROWSER_ENGINES = frozenset({"WEBJS", "WPP"})


def ack_of(message: Message) -> int:
    return -1 if message.status == "failed" else STATUS_ORDER[message.status]


def is_group(wa_id: str) -> bool:
    return wa_id.endswith("@g.us")


def phone_chat(wa_id: str) -> str:
    return wa_id if "@" in wa_id else f"{wa_id}@c.us"


def phone_jid(wa_id: str) -> str:
    return wa_id if "@" in wa_id else f"{wa_id}@s.whatsapp.net"


def chat_id(session: Session, person: Person) -> str:
    """The name of the chat as this session sees it."""
    if session.addressing == "lid" and "@" not in person.wa_id:
        return f"{person.lid}@lid"
    return phone_chat(person.wa_id)


def jids(session: Session, person: Person) -> tuple[str, str]:
    """The engine's name of a person and the other one: number and hidden id, or the other way round."""
    number, hidden = phone_jid(person.wa_id), f"{person.lid}@lid"
    return (hidden, number) if session.addressing == "lid" and "@" not in person.wa_id else (number, hidden)


def me_chat(session: Session) -> str:
    return phone_chat(session.phone or "")


def somebody(world: World, wa_id: str) -> Person:
    """Who has this number; a stranger, or the shop itself, does not become a customer by being named."""
    return world.known_person(wa_id) or world.make_person(wa_id, name=f"+{wa_id}")


def writer_of(world: World, session: Session, message: Message) -> Person:
    """Who wrote: the shop, the customer, or in a group one of its members."""
    if message.from_us:
        return world.make_person(session.phone or "", name=session.push_name)
    return somebody(world, message.participant or message.wa_id)


def participant_of(world: World, session: Session, message: Message) -> str | None:
    """The writer of a group's message; None in a chat of two."""
    if not is_group(message.wa_id):
        return None
    return chat_id(session, writer_of(world, session, message))


def full_id(world: World, session: Session, message: Message) -> str:
    """`{true|false}_{chat}_{id}`, and in a group `_{participant}`."""
    side = "true" if message.from_us else "false"
    participant = participant_of(world, session, message)
    chat = chat_id(session, world.person(message.wa_id))
    return f"{side}_{chat}_{message.id}" + (f"_{participant}" if participant else "")
