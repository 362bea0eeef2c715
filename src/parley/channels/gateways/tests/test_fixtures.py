"""Every captured or documented webhook is understood, or kept with a reason.

The captures are not part of the project. They lie beside the checkout where somebody collected them.
"""

import json
from pathlib import Path

import pytest

from parley.channels.gateways import PROVIDERS, gateway_for
from parley.channels.gateways.cloud_api.errors import error_in
from parley.channels.gateways.cloud_api.outbound import sent_in
from parley.channels.gateways.neutral import (
    ChannelNotWorking,
    InboundMessage,
    Kept,
    ReactionChange,
    StatusChange,
)
from parley.channels.gateways.waha.errors import refusal
from parley.channels.gateways.waha.outbound import message_id_in
from parley.core.http import Response

# Captures of which nothing is applied, and why. All others must come out as something that is.
NOT_APPLIED = {
    "cloud_api": {
        "webhook_message_status_group.json": "a receipt from a group, whose messages Parley only reads",
    },
    "waha": {
        "webhook_chat_archive.json": "the phone's own list of chats",
        "webhook_engine_event.json": "told again by the events of WAHA itself",
        "webhook_engine_event_2.json": "told again by the events of WAHA itself",
        "webhook_label_chat_added.json": "the phone's own labels",
        "webhook_label_chat_deleted.json": "the phone's own labels",
        "webhook_label_deleted.json": "the phone's own labels",
        "webhook_label_upsert.json": "the phone's own labels",
        "webhook_message_ack_message_ack_group.json": "a receipt from a group, which Parley only reads",
        "webhook_message_files_local.json": "a part of a message, without its id",
        "webhook_message_revoked_2.json": "a part of a deletion, without its chat",
        "webhook_message_waiting.json": "the message itself follows",
        "webhook_poll_vote_vote_from_a_user_in_a_group.json": "a vote in a group, by nobody who is named",
        "webhook_presence_update.json": "online, typing or away: true for a moment only",
    },
}
ROOT = Path(__file__).parents[5].parent / "shared" / "protocols" / "fixtures"

pytestmark = pytest.mark.skipif(
    not ROOT.is_dir(), reason=f"CAPTURED WEBHOOKS NOT TESTED: there is no folder {ROOT}"
)


def fixtures(provider: str, pattern: str) -> list[Path]:
    return sorted((ROOT / provider).glob(pattern))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_webhook_is_split_and_translated(provider: str) -> None:
    gateway, seen = gateway_for(provider), set()
    found = fixtures(provider, "webhook_*.json")
    assert len(found) > 30
    for path in found:
        events = gateway.split(path.read_bytes())
        assert events, path.name
        again = gateway.split(json.dumps(json.loads(path.read_bytes()), sort_keys=True).encode())
        if "scan_qr_code_me_null" not in path.name and "passkey" not in path.name:  # these carry no time
            assert [one.dedupe_key for one in events] == [one.dedupe_key for one in again], path.name
        for event in events:
            assert 0 < len(event.dedupe_key) <= 200
            for neutral in gateway.translate(event.payload):
                seen.add(type(neutral))
                assert not isinstance(neutral, Kept) or "not know" not in neutral.reason, path.name
    assert seen >= {InboundMessage, ReactionChange, StatusChange, Kept}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_webhook_is_applied_or_left_out_with_a_reason(provider: str) -> None:
    gateway, kept = gateway_for(provider), set()
    for path in fixtures(provider, "webhook_*.json"):
        events = [one for raw in gateway.split(path.read_bytes()) for one in gateway.translate(raw.payload)]
        if all(isinstance(one, Kept) for one in events):
            kept.add(path.name)
        assert not any(isinstance(one, Kept) and one.is_unsupported for one in events), path.name
    assert kept == set(NOT_APPLIED[provider])


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("response_sendtext_noweb_raw_status_int_2025_10.json", "3EB0642CA036C958E41032"),
        ("response_sendpoll_noweb_wamessage_wrapped_2025_10.json", "3EB0BC02F6B0A79893B47A"),
        ("response_sendtext_gows_data_info_2026_1.json", "3EB0AAAAAAAAAAAAAAAA"),
    ],
)
def test_every_engine_names_the_message(name: str, bare: str) -> None:
    assert message_id_in((ROOT / "waha" / name).read_bytes()) == bare


def test_every_answer_to_a_message_names_it() -> None:
    found = fixtures("cloud_api", "response_post_phone_number_id_messages_200_*.json")
    named = [path.name for path in found if sent_in(path.read_bytes()) is not None]
    assert len(named) >= 5
    assert {path.name for path in found} - set(named) <= {
        "response_post_phone_number_id_messages_200_send_typing_indicator_and_read_receipt.json"
    }


def test_every_refusal_is_recognised() -> None:
    for path in fixtures("cloud_api", "error_*.json"):
        status = int(path.name.partition("http")[2][:3])
        error = error_in(Response(status=status, headers={}, body=path.read_bytes()))
        assert error is not None, path.name
        assert error.kind in {"refused", "throttled"}, path.name
    starting = (ROOT / "waha" / "error_422_session_starting_expected_working.json").read_bytes()
    error = refusal(Response(status=422, headers={}, body=starting))
    assert isinstance(error, ChannelNotWorking)
    assert error.state == "starting"
    unknown = (ROOT / "waha" / "error_500_no_lid_found_gows_2026_5.json").read_bytes()
    assert refusal(Response(status=500, headers={}, body=unknown)).code == "not_on_whatsapp"
