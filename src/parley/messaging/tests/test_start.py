"""Writing first."""

import pytest

from parley.access.tests.factories import Cast, Person
from parley.channels.models import Channel
from parley.contacts.models import Contact
from parley.core.transactions import workspace_transaction
from parley.messaging.models import Conversation
from parley.messaging.tests.factories import (
    announced,
    make_channel,
    make_contact,
    make_conversation,
    messages_in,
    reread,
)


def write_first(person: Person, channel: Channel, phone: str) -> tuple[int, str]:
    address = person.url(f"channels/{channel.id}/test/")
    answer = person.client.post(address, {"phone": phone, "body": "Olá!"})
    return answer.status_code, answer.get("Location", "")


def talks(person: Person) -> list[Conversation]:
    with workspace_transaction(person.workspace.id):
        return list(Conversation.objects.order_by("id"))


def test_a_stranger_becomes_a_contact_with_a_conversation(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    status, where = write_first(cast.bob, channel, "(19) 99876-1234")
    [talk] = talks(cast.bob)
    assert (status, where) == (302, cast.bob.url(f"inbox/{talk.id}/"))
    assert talk.assignee_id == cast.bob.membership.id
    assert [message.kind for message in messages_in(talk)] == ["activity", "message"]
    assert announced(cast.bob, talk.id) == ["conversation.opened"]
    assert reread(talk).last_message == "Olá!"
    assert "+55 19 99876-1234" in cast.bob.client.get(where).text


def test_known_people_and_open_conversations_are_found_again(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    contact = make_contact(cast.alice, phone="+5519998761234")
    talk = make_conversation(cast.alice, channel=channel, contact=contact)
    for phone in ("+55 19 99876-1234", "+55 19 9876-1234", "019 99876 1234"):
        assert write_first(cast.bob, channel, phone) == (302, cast.bob.url(f"inbox/{talk.id}/"))
    with workspace_transaction(cast.bob.workspace.id):
        assert Contact.objects.count() == 1
    assert len(messages_in(talk)) == 3


def test_a_closed_one_stays_closed_and_a_new_one_begins(cast: Cast) -> None:
    channel = make_channel(cast.alice)
    contact = make_contact(cast.alice, phone="+5519998761234")
    make_conversation(cast.alice, channel=channel, contact=contact, status="closed")
    assert write_first(cast.bob, channel, "+5519998761234")[0] == 302
    assert sorted(talk.status for talk in talks(cast.bob)) == ["closed", "open"]


@pytest.mark.parametrize("phone", ["", "12", "nobody", "+999 1", "1" * 40])
def test_refuses_what_is_no_number(cast: Cast, phone: str) -> None:
    assert write_first(cast.bob, make_channel(cast.alice), phone)[0] == 422
    assert talks(cast.bob) == []


def test_a_number_with_a_window_waits_for_the_customer(cast: Cast) -> None:
    status, _where = write_first(cast.bob, make_channel(cast.alice, has_window=True), "+5519998761234")
    assert status == 403
    assert talks(cast.bob) == []


def test_the_page(cast: Cast) -> None:
    address = cast.bob.url("conversations/new/")
    assert 'name="phone"' not in cast.bob.client.get(address).text
    channel = make_channel(cast.alice)
    assert str(channel.id) in cast.bob.client.get(address).text
    answer = cast.bob.client.post(address, {"channel": str(channel.id), "phone": "+5519998761234"})
    [talk] = talks(cast.bob)
    assert answer["Location"] == cast.bob.url(f"inbox/{talk.id}/")
    assert [message.kind for message in messages_in(talk)] == ["activity"]


HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wrong_number_is_said_at_the_field_and_nothing_typed_is_lost(
    cast: Cast, headers: dict[str, str]
) -> None:
    channel = make_channel(cast.alice)
    for address in ("conversations/new/", f"channels/{channel.id}/test/"):
        data = {"channel": str(channel.id), "phone": "123", "body": "Bom dia <3"}
        answer = cast.bob.client.post(cast.bob.url(address), data, headers=headers)
        assert answer.status_code == 422
        assert 'value="123" ' in answer.text
        assert "Bom dia &lt;3" in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "This is not a complete telephone number." in answer.text
        assert ("<html" in answer.text) == (not headers)
    assert talks(cast.bob) == []


def test_somebody_new_on_a_number_with_a_window(cast: Cast) -> None:
    channel = make_channel(cast.alice, has_window=True)
    data = {"channel": str(channel.id), "phone": "+5519998761234", "body": "Olá!"}
    answer = cast.bob.client.post(cast.bob.url("conversations/new/"), data)
    assert answer.status_code == 403
    assert 'id="start-channel-problem"' in answer.text
    assert "has not written to this number yet" in answer.text
    with workspace_transaction(cast.bob.workspace.id):
        assert not Contact.objects.exists()
    make_conversation(
        cast.alice,
        channel=channel,
        contact=make_contact(cast.alice, phone="+5519998761234"),
        window_open=False,
    )
    again = cast.bob.client.post(cast.bob.url("conversations/new/"), data)
    assert "More than 24 hours have passed" in again.text


def test_a_number_without_a_window_is_offered_first(cast: Cast) -> None:
    with_window = make_channel(cast.alice, has_window=True)
    free = make_channel(cast.alice)
    shown = cast.bob.client.get(cast.bob.url("conversations/new/")).text
    assert f'value="{free.id}" selected' in shown
    assert f'value="{with_window.id}" selected' not in shown
    assert shown.count("needs a template for new people") == 1


def test_a_click_with_htmx_moves_the_whole_page(cast: Cast) -> None:
    data = {"channel": str(make_channel(cast.alice).id), "phone": "+5519998761234"}
    answer = cast.bob.client.post(cast.bob.url("conversations/new/"), data, headers=HTMX)
    [talk] = talks(cast.bob)
    assert answer["HX-Redirect"] == cast.bob.url(f"inbox/{talk.id}/")


def test_one_sentence_says_who_changes_a_role(cast: Cast, auditor: Person) -> None:
    talk = make_conversation(cast.alice)
    refused = auditor.client.get(auditor.url("conversations/new/")).text
    locked = auditor.client.get(auditor.url(f"inbox/{talk.id}/")).text
    for page in (refused, locked):
        assert "Whoever runs Parley for you can change your role." in page


def test_who_may_not(cast: Cast, auditor: Person) -> None:
    channel = make_channel(cast.alice)
    assert write_first(auditor, channel, "+5519998761234")[0] == 403
    assert write_first(cast.charlie, channel, "+5519998761234")[0] == 404
    assert talks(cast.alice) == talks(cast.charlie) == []
