"""What the Cloud API says about people beside what they write: moves, preferences, calls, groups, edits."""

from datetime import UTC, datetime
from typing import Any

import pytest

from parley.channels.gateways.neutral import (
    Address,
    Call,
    GroupChange,
    InboundMessage,
    Kept,
    MessageEdit,
    MessageRevoke,
    NeutralEvent,
    PersonKnown,
    PreferenceChange,
)
from parley.channels.gateways.tests.test_translate_cloud_api import (
    AT,
    BEATRIZ,
    CONTACT,
    GATEWAY,
    SECONDS,
    change,
    incoming,
    only,
    split,
)

NEW = "5519911112222"
PHONE = Address(wa_id="5519987654321")


def all_of(*changes: dict[str, Any]) -> list[NeutralEvent]:
    return [found for raw in split(*changes) for found in GATEWAY.translate(raw.payload)]


def told(kind: str, part: dict[str, Any], **fields: Any) -> list[NeutralEvent]:
    one = {"from": "5519987654321", "id": "wamid.A1", "timestamp": SECONDS, "type": kind, kind: part} | fields
    return all_of(change(contacts=[CONTACT], messages=[one]))


@pytest.mark.parametrize(
    ("system", "fields", "before", "now"),
    [
        ({"type": "user_changed_number", "wa_id": NEW}, {}, PHONE, Address(wa_id=NEW)),
        ({"type": "customer_changed_number", "new_wa_id": NEW, "wa_id": "1"}, {}, PHONE, Address(wa_id=NEW)),
        (
            {
                "type": "user_changed_number",
                "wa_id": NEW,
                "user_id": "BR.2",
                "previous_user_id": "BR.1",
            },
            {},
            Address(wa_id="5519987654321", bsuid="BR.1"),
            Address(wa_id=NEW, bsuid="BR.2"),
        ),
        (
            {"type": "user_changed_user_id", "user_id": "BR.2", "previous_user_id": "BR.1"},
            {"from": None},
            Address(bsuid="BR.1"),
            Address(bsuid="BR.2"),
        ),
        (
            {"type": "user_changed_user_id", "user_id": "BR.2", "body": "User Bia changed from BR.1 to BR.2"},
            {"from": None},
            Address(bsuid="BR.1"),
            Address(bsuid="BR.2"),
        ),
    ],
)
def test_person_who_moves(
    system: dict[str, Any], fields: dict[str, Any], before: Address, now: Address
) -> None:
    line, moved = told("system", {"body": "Beatriz changed"} | system, **fields)
    assert isinstance(line, InboundMessage)
    assert (line.type, line.counterpart) == ("system", before)
    assert line.content["system"]["to"] == (now.wa_id or now.bsuid)
    assert moved == PersonKnown(address=now, at=AT, previous=before)


def test_identity_that_changed_is_a_line_alone() -> None:
    (line,) = told("system", {"body": "User identity changed", "type": "customer_identity_changed"})
    assert isinstance(line, InboundMessage)
    assert (line.counterpart, line.content) == (BEATRIZ, {"system": {"kind": "identity_changed"}})
    assert line.body == "User identity changed"
    (welcome,) = told("request_welcome", {})
    assert isinstance(welcome, InboundMessage)
    assert (welcome.type, welcome.content) == ("system", {"system": {"kind": "chat_opened"}})


def test_edits_and_revokes_of_both_sides() -> None:
    text = {"original_message_id": "wamid.O", "message": {"type": "text", "text": {"body": "às 10h"}}}
    assert told("edit", text) == [MessageEdit(target_id="wamid.O", at=AT, counterpart=BEATRIZ, body="às 10h")]
    picture = {"type": "image", "image": {"id": "1", "caption": "Esta aqui"}}
    (edited,) = told("edit", {"original_message_id": "wamid.O", "message": picture}, group_id="g1")
    assert isinstance(edited, MessageEdit)
    assert (edited.body, edited.group_id) == ("Esta aqui", "g1")
    echo = {"to": "5519987654321", "id": "wamid.E", "timestamp": SECONDS, "type": "revoke"}
    gone = echo | {"revoke": {"original_message_id": "wamid.O"}}
    assert all_of(change("smb_message_echoes", message_echoes=[gone])) == [
        MessageRevoke(target_id="wamid.O", at=AT, counterpart=PHONE, from_us=True)
    ]


@pytest.mark.parametrize("message", [None, {}, {"type": "hologram", "hologram": {}}])
def test_edit_to_the_unknown_wipes_out_nothing(message: object) -> None:
    (found,) = told("edit", {"original_message_id": "wamid.O", "message": message})
    assert isinstance(found, Kept)
    assert found.is_unsupported


def test_group_message_names_its_group() -> None:
    found = incoming("text", {"body": "Bom dia a todos"}, group_id="Y2FwaQ")
    assert (found.group_id, found.counterpart, found.body) == ("Y2FwaQ", BEATRIZ, "Bom dia a todos")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            {"type": "group_create", "subject": "Obra", "description": "Mesas", "invite_link": "x"},
            GroupChange(
                group_id="g1",
                at=AT,
                name="Obra",
                description="Mesas",
                is_member=True,
                extra={"kind": "group_create"},
            ),
        ),
        (
            {"type": "group_delete"},
            GroupChange(group_id="g1", at=AT, is_member=False, extra={"kind": "group_delete"}),
        ),
        (
            {
                "type": "group_settings_update",
                "group_subject": {"text": "Obra 2", "update_successful": True},
                "group_description": {"text": "x", "update_successful": False},
            },
            GroupChange(group_id="g1", at=AT, name="Obra 2", extra={"kind": "group_settings_update"}),
        ),
        (
            {"type": "group_participants_add", "added_participants": [{"wa_id": 5519911112222}]},
            GroupChange(group_id="g1", at=AT, extra={"kind": "group_participants_add", "added": [NEW]}),
        ),
        (
            {"type": "group_suspend"},
            GroupChange(group_id="g1", at=AT, extra={"kind": "group_suspend", "is_suspended": True}),
        ),
    ],
)
def test_groups(entry: dict[str, Any], expected: GroupChange) -> None:
    around = {"group_id": "g1", "timestamp": SECONDS, "request_id": "r"}
    assert only(change("group_lifecycle_update", groups=[around | entry])) == expected
    failed = around | entry | {"errors": [{"code": 131207, "title": "Suspended"}]}
    assert isinstance(only(change("group_lifecycle_update", groups=[failed])), Kept)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            {
                "event": "connect",
                "direction": "USER_INITIATED",
                "from": "5519987654321",
                "to": "551930001000",
            },
            {"phase": "ringing"},
        ),
        (
            {
                "event": "connect",
                "direction": "BUSINESS_INITIATED",
                "to": "5519987654321",
                "session": {"sdp_type": "answer", "sdp": "v=0\r\nm=audio 9 RTP\r\nm=video 9 RTP"},
            },
            {"phase": "ringing", "from_us": True, "is_video": True},
        ),
        (
            {
                "event": "terminate",
                "from": "5519987654321",
                "status": "COMPLETED",
                "start_time": "1",
                "duration": 71,
            },
            {"phase": "ended", "seconds": 71},
        ),
        ({"event": "terminate", "from": "5519987654321", "status": "FAILED"}, {"phase": "missed"}),
        ({"event": "terminate", "from": "5519987654321", "status": ["COMPLETED"]}, {"phase": "missed"}),
    ],
)
def test_calls(call: dict[str, Any], expected: dict[str, Any]) -> None:
    one = {"id": "wacid.1", "timestamp": SECONDS} | call
    events = all_of(change("calls", contacts=[CONTACT], calls=[one], errors=[{"code": 12455}]))
    around: dict[str, Any] = {"call_id": "wacid.1", "at": AT, "counterpart": BEATRIZ}
    assert events == [Call(**around | expected)]


@pytest.mark.parametrize("status", ["RINGING", "ACCEPTED", "REJECTED"])
def test_phases_of_our_call(status: str) -> None:
    one = {"id": "wacid.1", "timestamp": SECONDS, "type": "call", "status": status}
    found = only(change("calls", statuses=[one | {"recipient_id": "5519987654321"}]))
    assert found == Call(
        call_id="wacid.1",
        at=AT,
        counterpart=PHONE,
        phase=status.lower(),  # type: ignore[arg-type]
        from_us=True,
    )


def test_phases_have_keys_of_their_own() -> None:
    one = {"id": "wacid.1", "from": "5519987654321", "timestamp": SECONDS}
    calls = [one | {"event": "connect"}, one | {"event": "terminate", "status": "COMPLETED"}]
    assert len({raw.dedupe_key for raw in split(change("calls", calls=calls))}) == 2
    assert isinstance(only(change("calls", calls=[one | {"event": "hologram"}])), Kept)


def test_permission_to_call() -> None:
    yes = {"response": "accept", "expiration_timestamp": 1_753_186_982, "response_source": "user_action"}
    found = incoming("interactive", {"type": "call_permission_reply", "call_permission_reply": yes})
    until = datetime(2025, 7, 22, 12, 23, 2, tzinfo=UTC).isoformat()
    assert found.content == {"call_permission": {"is_granted": True, "until": until}}
    found = incoming("interactive", {"call_permission_reply": {"response": "reject"}})
    assert found.content == {"call_permission": {"is_granted": False}}


@pytest.mark.parametrize(("value", "is_granted"), [("stop", False), ("resume", True), ("signup", True)])
def test_preferences(value: str, is_granted: bool) -> None:  # noqa: FBT001
    one = {"wa_id": "5519987654321", "detail": "Pediu", "category": "marketing_messages", "value": value}
    found = only(
        change("user_preferences", contacts=[CONTACT], user_preferences=[one | {"timestamp": AT.timestamp()}])
    )
    assert found == PreferenceChange(counterpart=BEATRIZ, at=AT, is_granted=is_granted, detail="Pediu")


@pytest.mark.parametrize("odd", [{"value": "maybe"}, {"category": "utility_messages", "value": "stop"}])
def test_preferences_that_nobody_knows_wait_for_a_later_version(odd: dict[str, Any]) -> None:
    one = {"wa_id": "5519987654321", "category": "marketing_messages"} | odd
    found = only(change("user_preferences", user_preferences=[one]))
    assert isinstance(found, Kept)
    assert found.is_unsupported


def test_two_people_never_become_one() -> None:
    stranger = {"profile": {"name": "Outra"}, "wa_id": NEW, "user_id": "BR.9"}
    one = {"wa_id": "5519987654321", "value": "stop", "category": "marketing_messages"}
    found = only(change("user_preferences", contacts=[stranger], user_preferences=[one]))
    assert isinstance(found, PreferenceChange)
    assert found.counterpart == PHONE


def test_address_book_of_the_phone() -> None:
    card = {"full_name": "Beatriz Lima", "first_name": "Beatriz", "phone_number": "+5519987654321"}
    one = {"type": "contact", "action": "add", "contact": card, "metadata": {"timestamp": SECONDS}}
    assert only(change("smb_app_state_sync", state_sync=[one])) == PersonKnown(address=BEATRIZ, at=AT)
    for odd in ({"action": "remove"}, {"contact": {"full_name": "?"}}):
        assert isinstance(only(change("smb_app_state_sync", state_sync=[one | odd])), Kept)


def test_new_id_in_a_field_of_its_own() -> None:
    one = {"wa_id": "5519987654321", "user_id": {"previous": "BR.1", "current": "BR.2"}, "timestamp": SECONDS}
    assert only(change("user_id_update", user_id_update=[one])) == PersonKnown(
        address=Address(wa_id="5519987654321", bsuid="BR.2"), at=AT, previous=Address(bsuid="BR.1")
    )


def test_number_that_was_asked_for_joins_its_user_id() -> None:
    card = {"origin": "contact_request", "name": {"formatted_name": "Bia"}, "phones": [{"wa_id": NEW}]}
    one = {"from_user_id": "BR.1", "id": "w", "timestamp": SECONDS, "type": "contacts", "contacts": [card]}
    said, known = all_of(change(messages=[one]))
    assert isinstance(said, InboundMessage)
    assert known == PersonKnown(address=Address(wa_id=NEW, bsuid="BR.1"), at=AT)
