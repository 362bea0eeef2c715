"""Meta's own examples of messages against what is composed here: the same names at the same places.

The examples are not part of the project. They lie beside the checkout where somebody collected them.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley.channels.gateways.cloud_api.outbound import payload_for
from parley.channels.gateways.neutral import Location, OutboundMessage
from parley.channels.gateways.tests.provider import message
from parley.channels.gateways.tests.test_send_cloud_api import CHOICES, PDF, PNG, SECTIONS, TEXT, composed

ROOT = Path(__file__).parents[5].parent / "shared" / "protocols" / "fixtures" / "cloud_api"
FIELDS = ("client_ref", "to", "type", "body", "media", "location", "target_id", "content")

# What Meta's examples hold that Parley does not compose, each with the reason.
OTHER_PARTS = {
    "recipient_type": "Meta's default, always sent",
    "biz_opaque_callback_data": "our own mark, which examples leave out",
    "policy": "Meta's default",
    "wa_id": "added for a number that may be tapped",
    "filename": "always sent with a document",
    "link": "files are uploaded and then named by id",
    "id": "files are uploaded and then named by id",
    "flow_action_data": "a form in a template begins with what its endpoint says",
    "<CUSTOM_KEY>": "as above",
}
NOT_SENT = {
    "order_details": "payments are not offered",
    "order_status": "payments are not offered",
    "draft_flow": "drafts are for the author of a form",
    "flow_by_name": "forms are named by id",
    "template_interactive": "currency and date come as text in the language of the template",
    "template_media": "currency and date come as text in the language of the template",
    "template_text": "currency and date come as text in the language of the template",
    "shipping_confirmation": "currency and date come as text in the language of the template",
    "issue_resolution": "has a text of true, which Meta's own schema refuses",
    "contact_message": "addresses and birthdays are not composed",
    "typing_indicator": "no message; see test_control_cloud_api",
}
COMPOSED: dict[str, OutboundMessage] = {
    "audio": composed("audio", media=PNG, body=""),
    "catalog_message": composed("interactive", {"kind": "catalog", "product_id": "x", "footer": "f"}),
    "catalog_template": composed(
        "template",
        {
            "name": "n",
            "language": "x",
            "body": TEXT,
            "buttons": [{"index": 0, "kind": "catalog", "value": "x"}],
        },
    ),
    "document_message_by_id": composed("document", media=PDF),
    "document_message_by_url": composed("document", media=PDF),
    "flow_template": composed(
        "template", {"name": "n", "language": "x", "buttons": [{"index": 0, "kind": "flow", "value": "t"}]}
    ),
    "image": composed("image", media=PNG, body=""),
    "list_message": composed(
        "interactive",
        {
            "kind": "list",
            "button": "b",
            "header": "h",
            "footer": "f",
            "sections": [{"title": "s", "choices": CHOICES[1:]}],
        },
    ),
    "location": composed("location", location=Location(latitude=1, longitude=2, name="n", address="a")),
    "multi_product": composed(
        "interactive", {"kind": "products", "header": "h", "footer": "f", "sections": SECTIONS}
    ),
    "published_flow": composed(
        "interactive",
        {
            "kind": "flow",
            "header": "h",
            "footer": "f",
            "flow_id": "1",
            "flow_token": "t",
            "flow_screen": "S",
            "flow_data": {"<CUSTOM_KEY>": "x"},
        },
    ),
    "reply_button": composed("interactive", {"kind": "buttons", "buttons": CHOICES[:1]}),
    "reaction": composed("reaction", target_id="wamid.T"),
    "single_product": composed("interactive", {"kind": "product", "footer": "f"}),
    "sticker": composed("sticker", media=PNG, body=""),
    "send_test_message": composed("template", {"name": "n", "language": "x"}),
    "text_message": composed("text"),
    "video": composed("video", media=PNG),
}


def shape(value: object, at: str = "") -> Iterator[str]:
    """The path of every name in a JSON value, lists left out of the path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{at}.{name}"
            yield from shape(inner, f"{at}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from shape(inner, at)


def examples() -> list[Path]:
    return sorted(ROOT.glob("request_post_phone_number_id_messages_*.json"))


@pytest.mark.skipif(not ROOT.is_dir(), reason=f"META'S EXAMPLES NOT COMPARED: there is no folder {ROOT}")
def test_every_example_is_composed_or_left_out_with_a_reason() -> None:
    assert len(examples()) > 40
    for path in examples():
        name = path.stem
        known = [key for key in COMPOSED if key in name]
        if any(key in name for key in NOT_SENT) or not known:
            assert any(key in name for key in NOT_SENT), f"{name} is neither composed nor left out"
            continue
        ours = COMPOSED[max(known, key=len)]
        theirs = json.loads(path.read_bytes())
        if "context" in theirs:
            ours = message(**{one: getattr(ours, one) for one in FIELDS} | {"quoted_id": "wamid.Q"})
        sent = set(shape(payload_for(ours, media_id="551")))
        different = (sent ^ set(shape(theirs))) - {".type"}  # two of the examples leave it out
        assert not {one for one in different if one.rpartition(".")[2] not in OTHER_PARTS}, name
