"""Every address of messaging, tried from outside with ids that exist: as if there were nothing."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import URLPattern

from parley.access.tests.factories import Cast, Person
from parley.messaging.models import Conversation
from parley.messaging.tests.factories import (
    make_channel,
    make_group,
    make_media,
    make_message,
    messages_in,
    reread,
)
from parley.messaging.urls import urlpatterns

FORM = {"body": "x", "emoji": "👍", "member": "me", "phone": "+5519998761234"}


def ids(cast: Cast, talk: Conversation) -> dict[str, UUID]:
    media = make_media(cast.alice)
    return {
        "conversation_id": talk.id,
        "message_id": make_message(talk, inbound=False, status="failed", media_id=media.id, type="image").id,
        "media_id": media.id,
        "channel_id": make_channel(cast.alice).id,
        "contact_id": talk.contact_id,
        "group_id": make_group(make_channel(cast.alice)).id,
    }


def address(person: Person, pattern: URLPattern, known: dict[str, UUID]) -> str:
    route = str(pattern.pattern)
    for name, value in known.items():
        route = route.replace(f"<uuid:{name}>", str(value))
    return person.url(route)


def statuses(person: Person, where: str) -> set[int]:
    client: Any = person.client
    answers = [client.get(where), client.post(where, FORM), client.delete(where)]
    return {answer.status_code for answer in answers} - {405}


WITH_IDS = [pattern for pattern in urlpatterns if "<uuid:" in str(pattern.pattern)]


@pytest.mark.parametrize("pattern", WITH_IDS, ids=lambda pattern: pattern.name)
def test_ids_of_another_workspace_are_nothing(cast: Cast, talk: Conversation, pattern: URLPattern) -> None:
    known = ids(cast, talk)
    before = len(messages_in(talk))
    assert statuses(cast.charlie, address(cast.charlie, pattern, known)) == {404}
    made_up = dict.fromkeys(known, uuid4())
    assert statuses(cast.charlie, address(cast.charlie, pattern, made_up)) == {404}
    assert len(messages_in(talk)) == before
    assert reread(talk).assignee_id is None


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
def test_another_workspace_is_nothing(cast: Cast, talk: Conversation, pattern: URLPattern) -> None:
    assert statuses(cast.charlie, address(cast.alice, pattern, ids(cast, talk))) == {404}


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
def test_an_auditor_reads_and_changes_nothing(
    cast: Cast, auditor: Person, talk: Conversation, pattern: URLPattern
) -> None:
    known = ids(cast, talk)
    before = len(messages_in(talk))
    client: Any = auditor.client
    where = address(auditor, pattern, known)
    assert {client.post(where, FORM).status_code, client.delete(where).status_code} <= {403, 405}
    assert len(messages_in(talk)) == before
    assert reread(talk).status == "open"


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
def test_who_is_not_signed_in_is_asked_to(
    cast: Cast, client: Any, talk: Conversation, pattern: URLPattern
) -> None:
    where = address(cast.alice, pattern, ids(cast, talk))
    assert {client.get(where).status_code, client.post(where, FORM).status_code} <= {302, 405}
