"""Whatever stands in `inbound_event`: the good is applied, the bad is seen and retried, nobody waits."""

import asyncio
import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from parley import __version__
from parley.access.tests.factories import Cast, make_workspace
from parley.channels.gateways import gateway_for
from parley.channels.gateways.kept import KnownChannel, row_for
from parley.channels.gateways.neutral import (
    BadPayload,
    InboundMessage,
    Kept,
    NeutralEvent,
    RawEvent,
)
from parley.core.environment import environment
from parley.engines.apply import applier
from parley.engines.apply.applier import Applier
from parley.engines.database import open_pool
from parley.engines.ingest.group_commit import GroupCommit
from parley.engines.tests.posting import cloud_body, cloud_text, post, signed_cloud
from parley.engines.tests.running import Connected, connect_channel, in_workspace, running_edge, until
from parley.engines.wakeups import Wakeup
from parley.messaging.models import InboundEvent, Message

ENDLESS = "wamid." + secrets.token_hex(10_000)
"""Longer than an index holds, even compressed."""

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text()
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
words = st.sampled_from(
    ["message", "message.any", "message.ack", "message.reaction", "message.edited", "message.revoked",
     "poll.vote", "call.received", "session.status", "group.v2.update", "presence.update"]
)  # fmt: skip
names = st.sampled_from(
    ["id", "from", "to", "timestamp", "body", "type", "text", "fromMe", "payload", "status", "reaction",
     "context", "vote", "_data", "me", "after", "before", "ack", "messages", "statuses", "contacts"]
)  # fmt: skip
likely = st.recursive(scalars, lambda inner: st.dictionaries(names, inner, max_size=6), max_leaves=14)
waha_bodies = st.fixed_dictionaries({"event": words, "payload": likely}) | st.fixed_dictionaries(
    {"event": words, "payload": anything}
)
cloud_values = st.dictionaries(
    st.sampled_from(["messages", "statuses", "message_echoes", "contacts", "metadata", "errors", "calls"]),
    st.lists(likely, max_size=3) | anything,
    max_size=4,
)


@pytest.fixture
def number(cast: Cast) -> Connected:
    return connect_channel(cast.alice.workspace.id, "cloud_api")


async def ingest(channel: Connected, provider: str, bodies: list[bytes]) -> None:
    """What the edge does with signed bodies; one that is no envelope of the provider is answered 400."""
    known = KnownChannel(
        workspace_id=channel.workspace_id, id=channel.id, provider=provider, external_id=channel.external_id,
        secret="", verify_token="",
    )  # fmt: skip
    commit = GroupCommit(environment(), on_kept=lambda: None)
    writing = asyncio.create_task(commit.run())
    for body in bodies:
        with suppress(BadPayload):
            events = gateway_for(provider).split(body)
            await commit.keep([row_for(one, known, via=known, headers="{}", body=body) for one in events])
    writing.cancel()


def apply_all(*, version: str = "") -> None:
    """An applier's turns until nothing is new; with `version` it first retries what others parked."""

    async def work() -> None:
        async with open_pool(environment(), size=2) as pool:
            ours = Applier(pool, Wakeup(1))
            if version:
                await ours.retry_parked(version)
            while await ours.apply_all():
                pass

    asyncio.run(work())


def states(channel: Connected) -> list[tuple[str, str]]:
    rows = InboundEvent.objects.filter(channel_id=channel.id).order_by("id").values_list("state", "error")
    return list(in_workspace(channel.workspace_id, lambda: list(rows)))


def add(channel: Connected, *events: RawEvent) -> None:
    def write() -> None:
        for event in events:
            InboundEvent.objects.create(
                workspace_id=channel.workspace_id,
                channel_id=channel.id,
                dedupe_key=event.dedupe_key,
                payload=event.payload,
            )

    in_workspace(channel.workspace_id, write)


def split(*bodies: bytes) -> list[RawEvent]:
    return [event for body in bodies for event in gateway_for("cloud_api").split(body)]


def text(number: Connected, id_: str, words: str = "Oi", wa_id: str = "5519998761234") -> bytes:
    return cloud_text(number.external_id, wa_id=wa_id, id=id_, text=words)


@pytest.fixture
def poison(number: Connected, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A gateway that lets ids through which no index holds, for texts that begin with "poison"."""
    gateway = gateway_for("cloud_api")
    understood = gateway.translate

    def careless(payload: Any) -> list[NeutralEvent]:
        return [
            structs.replace(event, provider_message_id=ENDLESS + event.body)
            if isinstance(event, InboundMessage) and event.body.startswith("poison")
            else event
            for event in understood(payload)
        ]

    monkeypatch.setattr(gateway, "translate", careless, raising=False)
    yield
    in_workspace(number.workspace_id, InboundEvent.objects.all().delete)


@pytest.mark.usefixtures("poison")
def test_one_bad_among_ninety_nine_good(number: Connected) -> None:
    bodies = [text(number, f"wamid.{n}", wa_id=f"55199987{n:05d}") for n in range(99)]
    bodies.insert(57, text(number, "wamid.bad", "poison"))
    add(number, *split(*bodies))
    apply_all()
    assert [state for state, _ in states(number)].count("applied") == 99
    [(_, reason)] = [row for row in states(number) if row[0] == "parked"]
    assert "index row" in reason
    assert in_workspace(number.workspace_id, Message.objects.count) == 99


@pytest.mark.usefixtures("poison")
def test_many_bad_ones_do_not_block_the_one_behind_them(number: Connected) -> None:
    bad = [text(number, f"wamid.{n}", f"poison {n}") for n in range(60)]
    add(number, *split(*bad, text(number, "wamid.good")))
    apply_all()
    assert [state for state, _ in states(number)] == ["parked"] * 60 + ["applied"]


def test_what_a_version_cannot_read_is_parked_and_the_next_one_tries_again(
    number: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(number, *split(text(number, "wamid.1"), text(number, "wamid.2")))
    gateway = gateway_for("cloud_api")
    understood = gateway.translate

    def unknown(_payload: Any) -> list[NeutralEvent]:
        return [Kept(reason="a hologram", is_unsupported=True)]

    def broken(payload: Any) -> list[NeutralEvent]:
        raise KeyError(payload)

    monkeypatch.setattr(gateway, "translate", unknown, raising=False)
    apply_all()
    assert states(number) == [("parked", "a hologram")] * 2
    monkeypatch.setattr(gateway, "translate", broken, raising=False)
    apply_all(version="0.0.1")
    assert states(number) == [("parked", "Not understood: KeyError.")] * 2
    monkeypatch.setattr(gateway, "translate", understood, raising=False)
    apply_all(version=__version__)
    assert [state for state, _ in states(number)] == ["parked", "parked"], "This version has tried already."
    apply_all(version="next")
    assert states(number) == [("applied", "")] * 2


def test_what_ingest_parked_waits_for_a_person(number: Connected) -> None:
    add(number, *split(text(number, "wamid.1")))
    in_workspace(
        number.workspace_id, lambda: InboundEvent.objects.update(state="parked", error="no such number")
    )
    apply_all(version="next")
    assert states(number) == [("parked", "no such number")]


FROM = {"id": "wamid.x", "from": "5519998761234", "timestamp": "1"}


@pytest.mark.parametrize(
    "message",
    [
        {"id": None, "from": None, "timestamp": None, "type": None},
        {**FROM, "type": "hologram", "hologram": {"a": [1]}},
        {**FROM, "type": "text", "text": {"body": "a\0b\ud800"}},
        {**FROM, "type": "text", "text": {"body": "x" * 1_048_576}},
        {**FROM, "type": "ephemeral", "ephemeral": {}},
        {**FROM, "type": "text", "text": {"body": "1"}, "timestamp": "9" * 40},
    ],
    ids=["null ids", "unknown type", "NUL and surrogate", "a megabyte", "ephemeral", "a time beyond time"],
)
def test_poison_through_the_edge_is_applied_or_seen(number: Connected, message: dict[str, Any]) -> None:
    with running_edge() as edge:
        for body in (cloud_body(number.external_id, messages=[message]), text(number, "wamid.after")):
            assert post(f"{edge}/hooks/{number.token}", body, signed_cloud(body))[0] == 200
        until(lambda: len(states(number)) == 2 and "new" not in {state for state, _ in states(number)})
    assert states(number)[-1] == ("applied", "")
    assert all(reason for state, reason in states(number) if state != "applied")


@given(payloads=st.lists(waha_bodies, min_size=1, max_size=12))
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_json_of_a_session_ends_applied_or_seen(database: str, payloads: list[Any]) -> None:
    everything_ends("waha", payloads)


@given(values=st.lists(cloud_values, min_size=1, max_size=12))
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_json_of_a_number_ends_applied_or_seen(database: str, values: list[Any]) -> None:
    everything_ends(
        "cloud_api",
        [
            {
                "object": "whatsapp_business_account",
                "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
            }
            for value in values
        ],
    )


def everything_ends(provider: str, bodies: list[Any]) -> None:
    """Each body through `split`, ingest and the applier. Nothing is left new, nothing without a reason."""
    channel = connect_channel(make_workspace().id, provider)
    asyncio.run(ingest(channel, provider, [json.dumps(body).encode() for body in bodies]))
    apply_all()
    found = states(channel)
    assert {state for state, _ in found} <= {"applied", "ignored", "parked"}
    assert all(reason for state, reason in found if state != "applied")


@pytest.mark.parametrize("a_turn", [1, 200])
def test_a_channel_that_cannot_be_worked_on_costs_the_others_nothing(
    number: Connected, cast: Cast, monkeypatch: pytest.MonkeyPatch, a_turn: int
) -> None:
    """Nor does one that always has something new, where a turn has room for one channel only."""
    monkeypatch.setattr(applier, "_CHANNELS_A_TURN", a_turn)
    other = connect_channel(cast.charlie.workspace.id, "cloud_api")
    for channel in (number, other):
        add(channel, *split(text(channel, "wamid.one")))
    finish = Applier._finish

    async def broken(self: Applier, connection: Any, place: dict[str, UUID], *rest: Any) -> None:
        if place["channel"] == number.id:
            raise LookupError
        await finish(self, connection, place, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(Applier, "_finish", broken)
        apply_all()
    assert [states(number), states(other)] == [[("new", "")], [("applied", "")]]
    apply_all()
    assert states(number) == [("applied", "")]
