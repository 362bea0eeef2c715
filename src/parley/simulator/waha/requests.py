"""Reading WAHA requests: the body, the session it names and whether that session works."""

from typing import Any

from starlette.datastructures import URL
from starlette.requests import Request

from parley.simulator.bodies import parse
from parley.simulator.numbers import digits_of
from parley.simulator.records import Json, Message, Person, Session
from parley.simulator.waha.errors import bad_request, no_session, not_as_expected, not_found
from parley.simulator.world import World


async def read_json(request: Request) -> Json:
    """The body as an object; an empty body is an empty object. Raises a 400 as WAHA would."""
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = parse(raw)
    except ValueError as error:
        raise bad_request(f"Unexpected token in JSON: {error}") from error
    if not isinstance(body, dict):
        raise bad_request("The body must be an object")
    return body


def part_of(body: Json, name: str) -> Json:
    """A part that may be left out. Raises a 400 for one that is no object."""
    part = body.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise bad_request(f"{name} must be an object")
    return part


def list_of(body: Json, name: str) -> list[Any]:
    """A list that may be left out. Raises a 400 for what is none."""
    found = body.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise bad_request(f"{name} must be an array")
    return found


def text_field(body: Json, name: str, *, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or (value == "" and default is None):
        raise bad_request(f"{name} must be a string", f"{name} should not be empty")
    return value


def session_named(world: World, name: str) -> Session:
    session = world.sessions.get(name)
    if session is None:
        raise no_session(name)
    return session


def working_session(world: World, name: str) -> Session:
    """The session if it is WORKING. The real server waits some seconds before it refuses."""
    session = session_named(world, name)
    if session.status != "WORKING":
        raise not_as_expected(session, "WORKING")
    return session


def person_of_chat(world: World, chat: str) -> Person:
    """The customer behind a chat id in any of its forms. A hidden id nobody has is not found."""
    user, _, server = chat.partition("@")
    if server == "lid":
        person = world.person_by_lid(user)
        if person is None:
            raise not_found(f"no LID found for {chat} from server")
        return person
    if server in {"c.us", "s.whatsapp.net", ""}:
        if not digits_of(user):
            raise bad_request(f"{chat} is not a chat id")
        return world.person(user.partition(":")[0])
    return world.people.get(chat) or world.save_person(world.make_person(chat, name=chat))


def bare_id(message_id: str) -> str:
    """The third part of `true_chat_ID[_participant]`, or the id itself where it is bare already."""
    parts = message_id.split("_")
    return parts[2] if len(parts) >= 3 and parts[0] in {"true", "false"} else message_id


def message_named(world: World, session: Session, message_id: str) -> Message:
    message = world.message(session.channel, bare_id(message_id))
    if message is None:
        raise not_found(f"Message {message_id} not found")
    return message


def base_url_of(request: Request) -> str:
    """The address under which the caller reached this server."""
    url: URL = request.base_url
    return str(url).rstrip("/")
