"""Alice sees what was set aside and has it tried again; Bob may not, and Charlie finds nothing."""

from typing import Any
from uuid import UUID

import pytest

from parley.access.tests.factories import Cast, Person
from parley.channels.models import Channel
from parley.core.transactions import workspace_transaction
from parley.messaging.models import InboundEvent
from parley.messaging.tests.factories import make_channel


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return make_channel(cast.alice)


def set_aside(channel: Channel, **facts: Any) -> UUID:
    with workspace_transaction(channel.workspace_id):
        event = InboundEvent.objects.create(
            **{
                "workspace_id": channel.workspace_id,
                "channel_id": channel.id,
                "dedupe_key": f"k{InboundEvent.objects.count()}",
                "payload": {"event": "hologram", "text": "<script>alert(1)</script>"},
                "state": "parked",
                "error": "an event that Parley does not know: hologram",
                **facts,
            }
        )
    return event.id


def state_of(channel: Channel, event_id: UUID) -> str:
    with workspace_transaction(channel.workspace_id):
        return InboundEvent.objects.get(id=event_id).state


def page(person: Person, channel: Channel, query: str = "") -> Any:
    return person.client.get(f"/w/{person.workspace.slug}/channels/{channel.id}/set-aside/{query}")


def retry(person: Person, channel: Channel, **given: object) -> Any:
    return person.client.post(f"/w/{person.workspace.slug}/channels/{channel.id}/set-aside/retry/", given)


def test_what_was_set_aside_is_shown_with_its_reason(cast: Cast, channel: Channel) -> None:
    set_aside(channel)
    shown = page(cast.alice, channel).content.decode()
    assert "an event that Parley does not know: hologram" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert(1)" not in shown


def test_nothing_set_aside_is_said(cast: Cast, channel: Channel) -> None:
    set_aside(channel, state="ignored")
    assert "Nothing set aside" in page(cast.alice, channel).content.decode()


def test_one_is_tried_again_and_the_others_stay(cast: Cast, channel: Channel) -> None:
    chosen, other = set_aside(channel), set_aside(channel)
    answer = retry(cast.alice, channel, event=chosen)
    assert answer.status_code == 302
    assert answer["Location"].endswith("?retried=1")
    assert (state_of(channel, chosen), state_of(channel, other)) == ("new", "parked")
    assert "1 event is applied once more" in page(cast.alice, channel, "?retried=1").content.decode()


def test_all_are_tried_again_but_those_that_cannot_be(cast: Cast, channel: Channel) -> None:
    good = [set_aside(channel) for _ in range(3)]
    strangers = set_aside(channel, error="The number 5519 is not connected here.")
    bytes_only = set_aside(channel, payload={}, raw=b"\x00")
    retry(cast.alice, channel)
    assert {state_of(channel, id_) for id_ in good} == {"new"}
    assert state_of(channel, strangers) == "parked"
    assert state_of(channel, bytes_only) == "parked"


def test_further_pages_are_reached(cast: Cast, channel: Channel) -> None:
    ids = {str(set_aside(channel)) for _ in range(30)}
    first = page(cast.alice, channel).content.decode()
    cursor = first.split("?cursor=")[1].split('"')[0]
    second = page(cast.alice, channel, f"?cursor={cursor}").content.decode()
    assert {id_ for id_ in ids if id_ in first} | {id_ for id_ in ids if id_ in second} == ids
    assert page(cast.alice, channel, "?cursor=x").status_code == 422


def test_bob_and_charlie_may_not(cast: Cast, channel: Channel) -> None:
    chosen = set_aside(channel)
    assert page(cast.bob, channel).status_code == 403
    assert retry(cast.bob, channel).status_code == 403
    assert page(cast.charlie, channel).status_code == 404
    assert retry(cast.charlie, channel, event=chosen).status_code == 404
    assert state_of(channel, chosen) == "parked"


def test_the_number_leads_admins_there(cast: Cast, channel: Channel) -> None:
    place = f"/channels/{channel.id}/set-aside/"
    for person, leads in ((cast.alice, True), (cast.bob, False)):
        shown = person.client.get(f"/w/{person.workspace.slug}/channels/{channel.id}/").content.decode()
        assert (place in shown) == leads
