"""Every captured or documented JSON of WAHA: what it becomes, or why nothing reads it.

The captures are not part of the project. They lie beside the checkout where somebody collected them.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.neutral import GatewayError
from parley.channels.gateways.tests.provider import Answer
from parley.channels.gateways.tests.test_control import run
from parley.channels.gateways.tests.test_fixtures import ROOT, fixtures, pytestmark  # noqa: F401
from parley.channels.gateways.waha import client as waha
from parley.channels.gateways.waha.errors import refusal
from parley.channels.gateways.waha.inbound import raw_event
from parley.channels.gateways.waha.outbound import message_id_in
from parley.core.http import Response

WEBHOOKS: Final[Mapping[str, str]] = {
    "call_accepted": "Call", "call_received": "Call", "call_rejected": "Call",
    "chat_archive": "Kept", "engine_event": "Kept", "engine_event_2": "Kept",
    "group_v2_join": "GroupChange", "group_v2_leave": "GroupChange", "group_v2_participants": "GroupChange",
    "group_v2_update": "GroupChange",
    "label_chat_added": "Kept", "label_chat_deleted": "Kept", "label_deleted": "Kept", "label_upsert": "Kept",
    "message": "InboundMessage", "message_2": "InboundMessage", "message_media_files": "InboundMessage",
    "message_media_files_2": "InboundMessage", "message_replyto": "InboundMessage",
    "message_webjs_text_2025_11_2": "InboundMessage",
    "message_files_local": "Kept",  # an excerpt of the documentation, without an id
    "message_ack": "StatusChange", "message_ack_message_ack_group": "Kept",
    "message_edited": "MessageEdit", "message_reaction": "ReactionChange", "message_revoked": "MessageRevoke",
    "message_revoked_2": "Kept",  # "some-id-here" names no chat
    "message_waiting": "Kept", "poll_vote": "PollVote", "poll_vote_failed": "PollVote",
    "poll_vote_vote_from_a_user_in_a_group": "Kept", "presence_update": "Kept",
    "session_status_passkey_confirmation_required": "ChannelState",
    "session_status_passkey_required": "ChannelState",
    "session_status_scan_qr_code_me_null_2024_9_3": "ChannelState",
    "session_status_working": "ChannelState", "session_status_working_2": "ChannelState",
}  # fmt: skip

NOT_ASKED: Final[tuple[tuple[str, str], ...]] = (
    (r"^body_", "a part of a configuration, a request or a delivery, not a whole one"),
    (r"_keys", "WAHA's own keys: whoever runs the server makes them there"),
    (r"_apps", "apps inside WAHA; Parley is the application"),
    (r"_labels", "the phone's labels; Parley has its own tags"),
    (r"_groups?_", "acts on groups; Parley only reads what is written there"),
    (r"_presence", "who is online; Parley does not follow people, and types by the calls made for it"),
    (r"_pin_message|_put_star", "marks that the phone puts on messages"),
    (r"_picture|_profile|_about", "how people and numbers look, which Parley does not fetch"),
    (r"_screenshot|_observability|_health|_ping|_server_st", "the server's own well-being"),
    (r"request_.*session|request_post_sessions", "written by `settings`, or without a body of its own"),
    (r"response_post_sessions_create", "the state is asked for afterwards, since it may differ"),
    (r"_mention_contact", "mentions, which only mean something in groups"),
    (
        r"_forwardmessage|pollvote|_sendbuttons|_buttons_reply|_calls_reject",
        "acts that Parley does not offer",
    ),
    (r"_overview_get|_messages_read_", "the history is read by the other calls"),
    (r"_update_contact|_get_contacts(\.json|_all)|_contact_noweb", "the phone's own address book"),
    (r"_media_convert|_video_format", "files are converted while they are sent"),
    (r"_passkey", "a passkey is confirmed on WAHA's own page"),
    (r"_qr_raw", "the QR code is asked for as a picture"),
    (r"request_send_messages_(fields|reply_on)", "a part of a request that is sent as a whole"),
    (r"_lids_(count|get_all)", "hidden ids are looked up one by one"),
    (r"_list_sessions|_session_me", "a session is looked at alone and as a whole"),
    (r"_starttyping|_(edit|delete)_message", "the answer is not read: what changed comes as a webhook"),
)
SENT: Final = (
    "request_post_sendtext", "request_post_sendimage", "request_post_sendfile", "request_post_sendvideo",
    "request_post_sendvoice", "request_post_sendlocation", "request_post_sendcontactvcard",
    "request_post_sendpoll_", "request_post_sendlist", "request_post_send_link_custom_preview",
    "request_put_reaction", "request_post_sendseen", "request_post_contacts_unblock", "edit_message",
    "request_post_session_auth_request_code",
)  # fmt: skip
"""Requests that Parley makes; `test_send_waha` and `test_sessions_waha` show them."""


def read(name: str) -> Any:
    return json.loads((ROOT / "waha" / name).read_bytes())


def test_every_webhook_becomes_what_it_says() -> None:
    gateway = gateway_for("waha")
    names = {path.name[len("webhook_") : -len(".json")] for path in fixtures("waha", "webhook_*.json")}
    assert names == set(WEBHOOKS)
    for name, expected in WEBHOOKS.items():
        (event,) = gateway.split(json.dumps(read(f"webhook_{name}.json")).encode())
        first, *rest = gateway.translate(event.payload)
        assert (type(first).__name__, rest) == (expected, []), name
        assert not getattr(first, "is_unsupported", False), name


HISTORY: Final = {
    "response_chat_messages_noweb_2025_10.json": ["InboundMessage", "InboundMessage"],
    "response_engines_noweb_get_messages.json": ["InboundMessage"],
    "response_engines_noweb_get_messages_2.json": ["InboundMessage"],
    "response_engines_noweb_get_messages_3.json": ["InboundMessage"],
    "response_get_session_chats_chatid_messages_get_messages.json": ["InboundMessage"],
}
SENDING: Final = {
    "response_sendtext_noweb_raw_status_int_2025_10.json": "3EB0642CA036C958E41032",
    "response_sendpoll_noweb_wamessage_wrapped_2025_10.json": "3EB0BC02F6B0A79893B47A",
    "response_sendtext_gows_data_info_2026_1.json": "3EB0AAAAAAAAAAAAAAAA",
    "response_post_sendpoll_send_poll.json": "83ACBAAAAAAAAAAAAAAAAAAAA",
}
OTHERS: Final = {
    "response_chats_overview_noweb_2025_10.json": (waha.probe, {}),
    "response_post_session_chats_overview_get_chats_overview.json": (waha.probe, {}),
    "response_get_contacts_check_exists_check_phone_number_exists.json": (
        waha.check_exists, {"phone_number": "+123123123"}),
    "response_get_session_lids_lid_get_phone_number_by_lid.json": (waha.resolve_lid, {"lid": "123123123"}),
    "response_get_session_lids_lid_get_phone_number_by_lid_2.json": (waha.resolve_lid, {"lid": "123123123"}),
    "response_get_session_lids_pn_phonenumber_get_lid_by_phone_number.json": (waha.lid_of, {"wa_id": "1234"}),
    "response_get_sessions_session.json": (waha.read_session, {}),
    "response_post_session_auth_request_code_get_pairing_code.json": (
        waha.pairing_code, {"phone_number": "+123123123"}),
    "response_get_server_version.json": (waha.server_version, {}),
}  # fmt: skip
ONE_MESSAGE: Final = "response_get_session_chats_chatid_messages_messageid_get_message_by_id.json"


@pytest.mark.parametrize("name", HISTORY)
def test_every_list_of_messages_is_read_back(name: str) -> None:
    found: list[str] = []
    for row in read(name):
        event = raw_event({"event": "message.any", "session": "a", "payload": row, "history": True})
        found += [type(one).__name__ for one in gateway_for("waha").translate(event.payload)]
    assert found == HISTORY[name]


@pytest.mark.parametrize("name", SENDING)
def test_every_answer_to_a_message_names_it(name: str) -> None:
    assert message_id_in((ROOT / "waha" / name).read_bytes()) == SENDING[name]


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_answer_is_read(name: str) -> None:
    verb, named = OTHERS[name]
    result, _ = run(verb, Answer(200, read(name)), **named)
    assert not isinstance(result, Exception), result


def test_changes_in_the_answers_are_those_of_webhooks() -> None:
    for name, expected in (("delete", "MessageRevoke"), ("edit", "MessageEdit")):
        (path,) = fixtures("waha", f"response_{name}_message_*.json")
        data = json.loads(path.read_bytes())
        payload = {"id": f"true_51900000000@c.us_{data['key']['id']}", "body": None, "_data": data}
        (found,) = gateway_for("waha").translate({"event": "message.any", "payload": payload})
        assert type(found).__name__ == expected


def test_every_refusal_is_recognised() -> None:
    codes = {}
    for path in fixtures("waha", "error_*.json"):
        error = refusal(Response(status=int(path.name[6:9]), headers={}, body=path.read_bytes()))
        assert isinstance(error, GatewayError)
        codes[path.name[6:9]] = (error.code, error.consequence)
    assert codes == {
        "401": ("waha_401", "stop_number"),
        "422": ("channel_starting", "throttle"),
        "500": ("not_on_whatsapp", "never"),
    }


def test_nothing_is_left_without_a_reason() -> None:
    read_here = {*HISTORY, *SENDING, *OTHERS, ONE_MESSAGE}
    for path in fixtures("waha", "*.json"):
        name = path.name
        if name.startswith(("webhook_", "error_")) or name in read_here or any(one in name for one in SENT):
            continue
        assert any(re.search(pattern, name) for pattern, _ in NOT_ASKED), name
