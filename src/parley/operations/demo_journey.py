"""The journey that `parley demo --check` walks: a message in, a reply out, and its ticks turning.

Everything goes through the doors that a person's browser and a provider use. What should change a screen is
waited for on the live stream, then fetched, as the page's own scripts do.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.request import Request, urlopen
from uuid import uuid4

from parley.operations.browsing import Browser

Seen = TypeVar("Seen")

_PATIENCE_SECONDS = 20.0
_LOOK_SECONDS = 0.02
_HOME = "/w/casa-lume"
_ROW = re.compile(r"/inbox/([0-9a-f-]{36})/")
_TICK = re.compile(r'data-status="(\w+)"')
_ACCEPTED = frozenset({"accepted", "sent", "delivered", "read"})


class StepFailed(Exception):
    """What was expected did not come; the text says what was seen instead."""


@dataclass(slots=True)
class Talk:
    """One customer on one number of ours, and what is known of the conversation so far."""

    channel: str
    wa_id: str
    greeting: str
    reply: str
    conversation: str = ""
    bubble: str = ""


@dataclass(slots=True)
class Walk:
    """What the steps share: where the demo is, and a browser that is signed in from the first step on."""

    url: str
    simulator_url: str
    password: str
    browser: Browser
    talks: list[Talk] = field(default_factory=list)
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person does or sees. `act` answers what was seen, and raises `StepFailed`."""

    name: str
    act: Callable[[Walk], str]


def _sign_in(walk: Walk) -> str:
    page = walk.browser.get("/sign-in/")
    if page.status != 200:
        raise StepFailed(f"the sign-in page answered {page.status}")
    page = walk.browser.post_form("/sign-in/", {"email": "ana@casalume.example", "password": walk.password})
    if not page.path.startswith("/w/"):
        raise StepFailed(f"after signing in the address is {page.path} ({page.status})")
    return page.path


def _watch(walk: Walk) -> str:
    """Open the live stream as the inbox does; a thread counts what it says."""
    token = json.loads(walk.browser.get(f"{_HOME}/stream-token/").text)["token"]
    ready = threading.Event()

    def listen() -> None:
        try:
            with urlopen(f"{walk.url}/events?token={token}", timeout=120) as stream:  # noqa: S310
                for line in stream:
                    ready.set()
                    walk.changes += line.startswith(b'data: {"topics"')
        except (OSError, ValueError):
            return

    threading.Thread(target=listen, daemon=True).start()
    if not ready.wait(_PATIENCE_SECONDS):
        raise StepFailed("the live stream did not open")
    return "the live stream is open"


def _find_numbers(walk: Walk) -> str:
    open_channels = [entry for entry in _whatsapp(walk, "GET", "state")["channels"] if entry["open"]]
    one_of_each = {entry["api"]: entry["channel"] for entry in open_channels}
    if len(one_of_each) != 2:
        raise StepFailed(f"connected are only: {', '.join(sorted(one_of_each)) or 'none'}")
    for number, channel in enumerate(one_of_each.values()):
        mark = uuid4().hex[:8]
        walk.talks.append(Talk(channel, f"551998877{number:02}55", f"Bom dia! ({mark})", f"Olá! ({mark})"))
    return f"{len(open_channels)} numbers work: a session and a business number among them"


def _write_in(walk: Walk) -> str:
    seconds = [_until_on_screen(walk, talk) for talk in walk.talks]
    return f"inbound to screen: {_times(seconds)}"


def _until_on_screen(walk: Walk, talk: Talk) -> float:
    began = time.monotonic()
    _whatsapp(walk, "POST", f"people/{talk.wa_id}/messages", {"channel": talk.channel, "body": talk.greeting})

    def row() -> str:
        page = walk.browser.fragment(f"{_HOME}/inbox/?tab=all&sort=newest")
        before, found, _ = page.text.partition(talk.greeting)
        rows = _ROW.findall(before) if found else []
        return rows[-1] if rows else ""

    talk.conversation = _until(walk, row, f"{talk.greeting!r} in the inbox")
    return time.monotonic() - began


def _answer(walk: Walk) -> str:
    seconds = [_until_accepted(walk, talk) for talk in walk.talks]
    return f"send to accepted: {_times(seconds)}"


def _until_accepted(walk: Walk, talk: Talk) -> float:
    fields = {"client_id": str(uuid4()), "body": talk.reply}
    address = f"{_HOME}/conversations/{talk.conversation}/messages/"
    began = time.monotonic()
    first = walk.browser.post(address, fields)
    again = walk.browser.post(address, fields)  # a double click
    if first.status != 200 or again.status != 200:
        raise StepFailed(f"sending answered {first.status}, then {again.status}")
    _until(walk, lambda: _tick(walk, talk) in _ACCEPTED, f"a tick on {talk.reply!r}")
    return time.monotonic() - began


def _read(walk: Walk) -> str:
    seconds = [_until_blue(walk, talk) for talk in walk.talks]
    return f"status to screen: {_times(seconds)}"


def _until_blue(walk: Walk, talk: Talk) -> float:
    _until(walk, lambda: _tick(walk, talk) in {"sent", "delivered"}, f"{talk.reply!r} on the phone")
    began = time.monotonic()
    _whatsapp(walk, "POST", f"people/{talk.wa_id}/read", {"channel": talk.channel})
    _until(walk, lambda: _tick(walk, talk) == "read", f"blue ticks on {talk.reply!r}")
    return time.monotonic() - began


def _count(walk: Walk) -> str:
    ledger = _whatsapp(walk, "GET", "ledger")
    for talk in walk.talks:
        accepted = sum(entry["body"] == talk.reply for entry in ledger)
        if accepted != 1:
            raise StepFailed(f"{talk.reply!r} was accepted {accepted} times")
    if not walk.changes:
        raise StepFailed("the live stream never said that anything changed")
    return f"each reply left once; the stream told of {walk.changes} changes"


STEPS = (
    Step("Ana signs in", _sign_in),
    Step("her inbox is live", _watch),
    Step("two numbers are connected", _find_numbers),
    Step("customers write", _write_in),
    Step("Ana answers", _answer),
    Step("customers read", _read),
    Step("nothing is doubled", _count),
)


def _tick(walk: Walk, talk: Talk) -> str:
    """The state that the reply's bubble shows in the thread."""
    page = walk.browser.fragment(f"{_HOME}/inbox/{talk.conversation}/")
    _, found, after = page.text.partition(talk.reply)
    ticks = _TICK.search(after) if found else None
    return ticks[1] if ticks else ""


def _until(walk: Walk, look: Callable[[], Seen], what: str) -> Seen:
    """Look when the stream says that something changed, as a page does; at first once without being told."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    told = -1
    while time.monotonic() < deadline:
        if walk.changes != told:
            told = walk.changes
            seen = look()
            if seen:
                return seen
        time.sleep(_LOOK_SECONDS)
    raise StepFailed(f"waited {_PATIENCE_SECONDS:.0f} s in vain for {what}")


def _times(seconds: list[float]) -> str:
    return " and ".join(f"{value * 1000:.0f} ms" for value in seconds)


def _whatsapp(walk: Walk, method: str, path: str, body: object = None) -> Any:
    """A door of the simulated WhatsApp: what a customer's phone does."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(  # noqa: S310  our own http address
        f"{walk.simulator_url}/simulator/{path}", data=data, method=method,
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    try:
        with urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")
    except URLError as error:
        raise StepFailed(f"the simulated WhatsApp refused {method} {path}: {error}") from None
