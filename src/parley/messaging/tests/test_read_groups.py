"""Groups are read beside the people in them: by the team, never by a stranger, and never written to."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from parley.access.tests.factories import Cast, Person
from parley.contacts.models import Contact
from parley.core.clock import now
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction
from parley.messaging.models import ChatGroup, GroupMessage
from parley.messaging.tests.factories import make_channel, make_contact, make_group


@pytest.fixture
def contact(cast: Cast) -> Contact:
    return make_contact(cast.alice)


@pytest.fixture
def group(cast: Cast) -> ChatGroup:
    return make_group(make_channel(cast.alice), participant_count=12)


def speak(group: ChatGroup, body: str, *, contact: Contact | None = None, **facts: Any) -> UUID:
    with workspace_transaction(group.workspace_id):
        return GroupMessage.objects.create(
            **{
                "workspace_id": group.workspace_id,
                "group_id": group.id,
                "contact_id": contact.id if contact else None,
                "provider_message_id": new_id().hex,
                "author_name": "Rui",
                "type": "text",
                "body": body,
                "at": now(),
                **facts,
            }
        ).id


def page(person: Person, address: str) -> Any:
    return person.client.get(f"/w/{person.workspace.slug}/{address}")


def test_the_group_is_read_with_who_said_what(cast: Cast, group: ChatGroup, contact: Contact) -> None:
    speak(group, "Quem tem a chave?")
    speak(group, "Eu <i>tenho</i>", contact=contact)
    speak(group, "apagado", revoked_at=now())
    shown = page(cast.bob, f"groups/{group.id}/").content.decode()
    for words in ("Condomínio &lt;Sol&gt;", "12 participants", "Rui", contact.display_name, "&lt;i&gt;"):
        assert words in shown
    assert "Deleted by its writer" in shown
    assert "apagado" not in shown


def test_earlier_messages_are_reached(cast: Cast, group: ChatGroup) -> None:
    for number in range(60):
        speak(group, f"palavra {number:02}", at=now() - timedelta(minutes=number))
    first = page(cast.alice, f"groups/{group.id}/").content.decode()
    cursor = first.split("?before=")[1].split('"')[0]
    second = page(cast.alice, f"groups/{group.id}/?before={cursor}").content.decode()
    assert "palavra 49" in first
    assert "palavra 50" not in first
    assert "palavra 50" in second
    assert "palavra 59" in second


def test_the_panel_names_the_groups_of_the_contact(cast: Cast, group: ChatGroup, contact: Contact) -> None:
    assert page(cast.alice, f"contacts/{contact.id}/groups/").content.decode().strip() == ""
    speak(group, "Eu tenho", contact=contact)
    shown = page(cast.alice, f"contacts/{contact.id}/groups/").content.decode()
    assert "Condomínio &lt;Sol&gt;" in shown
    assert "Eu tenho" in shown


def test_a_stranger_finds_nothing(cast: Cast, group: ChatGroup, contact: Contact) -> None:
    speak(group, "Eu tenho", contact=contact)
    assert page(cast.charlie, f"groups/{group.id}/").status_code == 404
    assert page(cast.charlie, f"contacts/{contact.id}/groups/").status_code == 404
