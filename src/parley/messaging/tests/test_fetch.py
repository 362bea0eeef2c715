"""Files that customers sent: fetched by a job, from a gateway that may be slow, broken or out of them."""

import json
from typing import Any
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from parley.access.tests.factories import Cast, Person
from parley.core.ids import new_id
from parley.core.storage import read
from parley.core.transactions import workspace_transaction
from parley.messaging.models import Conversation, MediaFile
from parley.messaging.services.fetching import FIRST_PAUSE, LONGEST_PAUSE, MOST_ATTEMPTS
from parley.messaging.tasks import fetch_media
from parley.messaging.tests.conftest import HTMX
from parley.messaging.tests.factories import (
    announced,
    make_channel,
    make_contact,
    make_conversation,
    make_message,
)
from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator


@pytest.fixture
def session(cast: Cast, whatsapp: Simulator) -> str:
    return whatsapp.add_session(f"shop-{cast.alice.workspace.id.hex[-8:]}")


@pytest.fixture
def photo(cast: Cast, whatsapp: Simulator, session: str) -> MediaFile:
    """A picture that a customer of the simulator sent, as the applier leaves it: still with the provider."""
    wa_id = f"55199{cast.alice.workspace.id.int % 10**8:08}"
    message_id = whatsapp.write(wa_id, Letter(channel=session, type="image", body="Olha!"))
    channel = make_channel(cast.alice, base_url=whatsapp.url, session=session)
    contact = make_contact(cast.alice, phone=f"+{wa_id}")
    talk = make_conversation(cast.alice, channel=channel, contact=contact)
    where = {"chat": f"{wa_id}@c.us", "message": message_id}
    media = pending(cast.alice, talk, json.dumps(where))
    make_message(talk, type="image", media_id=media.id)
    return media


def pending(person: Person, talk: Conversation, reference: str, filename: str = "../mesa.jpg") -> MediaFile:
    with workspace_transaction(person.workspace.id):
        return MediaFile.objects.create(
            id=new_id(),
            workspace_id=person.workspace.id,
            channel_id=talk.channel_id,
            state="pending",
            filename=filename,
            reference={"reference": reference, "mime_type": "image/jpeg"},
        )


def fetch(media: MediaFile, *, attempt: int = 1) -> MediaFile:
    """The job, as the worker runs it, and the row afterwards."""
    fetch_media(workspace_id=str(media.workspace_id), media_id=str(media.id), attempt=attempt)
    with workspace_transaction(media.workspace_id):
        return MediaFile.objects.get(id=media.id)


def jobs_of(media: MediaFile) -> list[dict[str, Any]]:
    rows = ProcrastinateJob.objects.filter(task_name="messaging.fetch_media").order_by("id")
    return [job.args for job in rows if job.args["media_id"] == str(media.id)]


def test_the_file_is_stored_and_told(cast: Cast, photo: MediaFile) -> None:
    stored = fetch(photo)
    assert (stored.state, stored.error, stored.reference) == ("stored", "", {})
    data = read(stored.storage_url)
    assert stored.byte_size == len(data) > 0
    assert stored.mime_type.startswith("image/")
    assert stored.width
    assert stored.filename == "mesa.jpg"
    with workspace_transaction(cast.alice.workspace.id):
        message = make_seen(photo)
    assert announced(cast.alice, message) == ["media.settled"]
    answer = cast.bob.client.get(cast.bob.url(f"media/{photo.id}/"))
    assert b"".join(answer.streaming_content) == data  # type: ignore[attr-defined]


def make_seen(media: MediaFile) -> UUID:
    from parley.messaging.models import Message

    return Message.objects.get(media_id=media.id).id


def test_twice_is_once(cast: Cast, photo: MediaFile) -> None:
    first, second = fetch(photo), fetch(photo)
    assert (first.storage_url, first.updated_at) == (second.storage_url, second.updated_at)


def test_a_gateway_away_is_asked_again_later(cast: Cast, talk: Conversation) -> None:
    channel = make_channel(cast.alice, base_url="http://127.0.0.1:9")
    away = pending(
        cast.alice,
        make_conversation(cast.alice, channel=channel),
        json.dumps({"url": "http://127.0.0.1:9/x"}),
    )
    waiting = fetch(away)
    assert waiting.state == "pending"
    assert waiting.error
    assert jobs_of(away) == [{"workspace_id": str(away.workspace_id), "media_id": str(away.id), "attempt": 2}]
    given_up = fetch(away, attempt=MOST_ATTEMPTS)
    assert given_up.state == "failed"
    assert len(jobs_of(away)) == 1


def test_a_file_that_is_gone_is_given_up_at_once(cast: Cast, whatsapp: Simulator, session: str) -> None:
    channel = make_channel(cast.alice, base_url=whatsapp.url, session=session)
    gone = pending(cast.alice, make_conversation(cast.alice, channel=channel), json.dumps({"nothing": "x"}))
    failed = fetch(gone)
    assert failed.state == "failed"
    assert failed.error
    assert jobs_of(gone) == []


def test_a_person_asks_again(cast: Cast, auditor: Person, photo: MediaFile) -> None:
    with workspace_transaction(cast.alice.workspace.id):
        MediaFile.objects.filter(id=photo.id).update(state="failed", error="away")
    address = f"media/{photo.id}/"
    assert auditor.client.post(auditor.url(address), headers=HTMX).status_code == 403
    assert cast.charlie.client.post(cast.charlie.url(address), headers=HTMX).status_code == 404
    for _ in range(2):
        answer = cast.bob.client.post(cast.bob.url(address), headers=HTMX)
        assert answer.status_code == 200
    assert len(jobs_of(photo)) == 1
    assert fetch(photo).state == "stored"
    assert cast.bob.client.post(cast.bob.url(address), headers=HTMX).status_code == 409


def test_another_workspace_cannot_be_fetched_into(cast: Cast, photo: MediaFile) -> None:
    fetch_media(workspace_id=str(cast.charlie.workspace.id), media_id=str(photo.id))
    with workspace_transaction(cast.alice.workspace.id):
        assert MediaFile.objects.get(id=photo.id).state == "pending"


def test_pauses_grow_to_a_limit() -> None:
    pauses = [min(FIRST_PAUSE * (1 << (attempt - 1)), LONGEST_PAUSE) for attempt in range(1, MOST_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
