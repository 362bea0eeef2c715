"""Whatever JSON comes, the simulated Cloud API answers in Meta's envelope, never with its own fault."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parley.simulator.testing import Refusal, Simulator, running_simulator
from parley.simulator.tests.cloud_people import ACCOUNT, BODY, MARINA, NUMBER

NAMES = st.sampled_from(
    ["type", "to", "recipient", "context", "message_id", "text", "body", "interactive", "action", "buttons",
     "reply", "id", "title", "sections", "rows", "template", "name", "language", "code", "components",
     "parameters", "parameter_name", "index", "sub_type", "image", "link", "caption", "contacts", "location",
     "latitude", "longitude", "reaction", "emoji", "biz_opaque_callback_data", "status", "header", "footer"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
VALUES = st.recursive(
    LEAVES
    | st.sampled_from(["text", "image", "interactive", "template", "button", "pedido", "pt_BR", MARINA]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)
TYPES = st.sampled_from(
    ["text", "image", "location", "contacts", "interactive", "template", "reaction", "audio"]
)


@pytest.fixture(scope="module")
def shop() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        simulator.add_cloud_app()
        simulator.say(MARINA, "Oi")
        simulator.add_template(name="pedido", components=[BODY])
        simulator.enforce(templates=True)
        yield simulator


def answered(shop: Simulator, path: str, body: object) -> None:
    answer: Any = {}
    try:
        answer = shop.cloud("POST", path, body)
    except Refusal as refusal:
        answer = refusal.body
    assert isinstance(answer, dict)
    assert answer.get("error", {}).get("code") != 131000


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(type_=TYPES, content=VALUES, more=st.dictionaries(NAMES, VALUES, max_size=3))
def test_any_message_is_answered(shop: Simulator, type_: str, content: Any, more: dict[str, Any]) -> None:
    body = {"messaging_product": "whatsapp", "to": MARINA, "type": type_, **more, type_: content}
    answered(shop, f"/{NUMBER}/messages", body)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(components=VALUES, more=st.dictionaries(NAMES, VALUES, max_size=3))
def test_any_template_is_answered(shop: Simulator, components: Any, more: dict[str, Any]) -> None:
    known = {"name": "novo", "language": "pt_BR", "category": "UTILITY", "components": components}
    answered(shop, f"/{ACCOUNT}/message_templates", {**known, **more})
    shop.ledger()


@pytest.mark.parametrize(
    "text", ["half \ud800 of one", "a whole \ud83d\ude00 one", "\0", "[" * 30_000, "9" * 30_000]
)
def test_a_text_that_cannot_be_written_spoils_nothing(shop: Simulator, text: str) -> None:
    for body in (text, "depois"):
        letter = {"messaging_product": "whatsapp", "to": MARINA, "type": "text", "text": {"body": body}}
        answered(shop, f"/{NUMBER}/messages", letter)
    assert shop.ledger()[-1].body == "depois"


def test_a_place_beyond_the_ledger_is_refused(shop: Simulator) -> None:
    for query in (f"after={10**30}", "after=-1", "limit=x"):
        with pytest.raises(Refusal, match="422"):
            shop._simulator("GET", f"ledger?{query}")


def test_a_file_that_is_no_base64_is_refused(shop: Simulator) -> None:
    with pytest.raises(Refusal, match="422"):
        shop._simulator(
            "POST", f"people/{MARINA}/messages", {"channel": NUMBER, "type": "image", "data": "٣"}
        )
