"""Every answer of the simulated Cloud API against Meta's own OpenAPI document."""

import functools
import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from parley.simulator.testing import Refusal, Simulator
from parley.simulator.tests.cloud_people import ACCOUNT, BODY, MARINA, NUMBER, template, text

DOCUMENT = Path(__file__).parents[5] / "shared" / "protocols" / "openapi_meta_business_messaging_v23.0.yaml"
FIXTURES = DOCUMENT.parent / "fixtures" / "cloud_api"
if not DOCUMENT.exists():
    warnings.warn(f"Meta's document is not at {DOCUMENT}: its tests are skipped", stacklevel=1)
CONTRADICTED = ("['data', 0, 'status']: 'CONNECTED' is not one of",)
"""Where the document denies what Meta's pages say and every client reads."""
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason=f"{DOCUMENT} is missing")


@functools.cache
def document() -> dict[str, Any]:
    loaded = yaml.load(DOCUMENT.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    # 3.0 words in a 3.1 document.
    return json.loads(json.dumps(loaded, default=str), object_hook=without_nullable)  # type: ignore[no-any-return]


def without_nullable(part: dict[str, Any]) -> dict[str, Any]:
    if part.pop("nullable", False) and isinstance(part.get("type"), str):
        part["type"] = [part["type"], "null"]
    return part


def schema_of(path: str, method: str, status: int) -> Any:
    answers = document()["paths"][path][method.lower()]["responses"]
    found = answers.get(str(status)) or answers.get("default")
    while found is not None and "$ref" in found:
        found = functools.reduce(lambda part, name: part[name], found["$ref"].split("/")[1:], document())
    content = (found or {}).get("content", {}).get("application/json")
    return None if content is None else content["schema"]


def complaints(path: str, method: str, status: int, answer: object) -> list[str]:
    schema = schema_of(path, method, status)
    assert schema is not None, f"{method} {path} has no {status} in Meta's document"
    whole = {**schema, "components": document()["components"]}
    errors = Draft202012Validator(whole).iter_errors(answer)
    said = [f"{method} {path} {list(error.absolute_path)}: {error.message}" for error in errors]
    return [line for line in said if not any(known in line for known in CONTRADICTED)]


@pytest.fixture
def shop(whatsapp: Simulator) -> Simulator:
    whatsapp.add_cloud_app()
    whatsapp.say(MARINA, "Oi")
    return whatsapp


PLACES = {
    "Phone-Number-ID": NUMBER,
    "WABA-ID": ACCOUNT,
    "Business-ID": ACCOUNT,
}
CALLS: list[tuple[str, str, Any]] = [
    ("POST", "/{Version}/{Phone-Number-ID}/messages", text()),
    ("POST", "/{Version}/{Phone-Number-ID}/messages", template("hello")),
    ("POST", "/{Version}/{Phone-Number-ID}/marketing_messages", template("hello")),
    ("GET", "/{Version}/{Phone-Number-ID}", None),
    ("POST", "/{Version}/{Phone-Number-ID}", {"pin": "123456"}),
    ("POST", "/{Version}/{Phone-Number-ID}/register", {"messaging_product": "whatsapp", "pin": "123456"}),
    ("POST", "/{Version}/{Phone-Number-ID}/request_code", {"code_method": "SMS", "language": "en_US"}),
    ("POST", "/{Version}/{Phone-Number-ID}/verify_code", {"code": "123456"}),
    ("POST", "/{Version}/{Phone-Number-ID}/deregister", None),
    ("GET", "/{Version}/{Phone-Number-ID}/whatsapp_business_profile", None),
    ("POST", "/{Version}/{Phone-Number-ID}/whatsapp_business_profile", {"about": "Móveis"}),
    ("GET", "/{Version}/{Phone-Number-ID}/whatsapp_commerce_settings", None),
    ("POST", "/{Version}/{Phone-Number-ID}/whatsapp_commerce_settings", {"is_cart_enabled": True}),
    ("GET", "/{Version}/{Phone-Number-ID}/settings", None),
    ("POST", "/{Version}/{Phone-Number-ID}/settings", {"calling": {"status": "enabled"}}),
    ("GET", "/{Version}/{Phone-Number-ID}/block_users", None),
    ("POST", "/{Version}/{Phone-Number-ID}/block_users", {"block_users": [{"user": MARINA}]}),
    ("DELETE", "/{Version}/{Phone-Number-ID}/block_users", {"block_users": [{"user": MARINA}]}),
    ("GET", "/{Version}/{Phone-Number-ID}/message_qrdls", None),
    ("POST", "/{Version}/{Phone-Number-ID}/message_qrdls", {"prefilled_message": "Oi"}),
    ("GET", "/{Version}/{Phone-Number-ID}/groups", None),
    ("GET", "/{Version}/{WABA-ID}", None),
    ("GET", "/{Version}/{WABA-ID}/phone_numbers", None),
    ("GET", "/{Version}/{WABA-ID}/subscribed_apps", None),
    ("POST", "/{Version}/{WABA-ID}/subscribed_apps", None),
    ("DELETE", "/{Version}/{WABA-ID}/subscribed_apps", None),
    ("GET", "/{Version}/{WABA-ID}/message_templates", None),
    ("GET", "/{Version}/{WABA-ID}/flows", None),
    ("POST", "/{Version}/{WABA-ID}/flows", {"name": "Pedido", "categories": ["OTHER"]}),
    ("GET", "/{Version}/{Business-ID}/owned_whatsapp_business_accounts", None),
    (
        "POST",
        "/{Version}/{WABA-ID}/message_templates",
        {"name": "novo", "language": "pt_BR", "category": "UTILITY", "components": [BODY]},
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body"), CALLS, ids=[f"{method} {path}" for method, path, _ in CALLS]
)
def test_answers_are_as_documented(shop: Simulator, method: str, path: str, body: Any) -> None:
    called = re.sub(r"\{([^}]+)\}", lambda found: PLACES.get(found[1], "v23.0"), path)
    answer = shop.cloud(method, called, body)
    assert complaints(path, method, 200, answer) == []


def test_templates_and_files_are_as_documented(shop: Simulator) -> None:
    made = shop.add_template(name="pedido", components=[BODY])
    path = "/{Version}/{TEMPLATE_ID}"
    assert complaints(path, "GET", 200, shop.cloud("GET", f"/v23.0/{made['id']}")) == []
    edit = {"components": [BODY]}
    assert complaints(path, "POST", 200, shop.cloud("POST", f"/v23.0/{made['id']}", edit)) == []
    listed = shop.cloud("GET", f"/v23.0/{ACCOUNT}/message_templates")
    assert complaints("/{Version}/{WABA-ID}/message_templates", "GET", 200, listed) == []
    from parley.simulator.people.phones import Letter

    shop.write(MARINA, Letter(type="image"))
    media_id = shop.chat(MARINA)[-1].media_id
    path = "/{Version}/{Media-ID}"
    assert complaints(path, "GET", 200, shop.cloud("GET", f"/v23.0/{media_id}")) == []
    assert complaints(path, "DELETE", 200, shop.cloud("DELETE", f"/v23.0/{media_id}")) == []


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/{Version}/{Phone-Number-ID}", "wrong", 401),
        ("/{Version}/{WABA-ID}", "wrong", 401),
        ("/{Version}/{WABA-ID}/phone_numbers", "wrong", 401),
        ("/{Version}/{Phone-Number-ID}/settings", "", 400),
    ],
)
def test_refusals_are_as_documented(shop: Simulator, path: str, token: str, status: int) -> None:
    called = re.sub(r"\{([^}]+)\}", lambda found: PLACES.get(found[1], "v23.0"), path)
    called = called.replace(NUMBER, "404") if not token else called
    with pytest.raises(Refusal) as refusal:
        shop.cloud("GET", called, token=token)
    assert refusal.value.status == status
    assert complaints(path, "GET", status, refusal.value.body) == []


def official_requests() -> list[Path]:
    return sorted(FIXTURES.glob("request_post_phone_number_id_messages_send_*.json"))


@pytest.mark.parametrize("fixture", official_requests(), ids=lambda path: path.stem[40:])
def test_meta_s_own_examples_are_taken(shop: Simulator, fixture: Path) -> None:
    """With our recipient, files and ids in the places that the examples leave open."""
    written = shop.say(MARINA, "Oi")
    shop.write(MARINA, letter_for(fixture.stem))
    file = shop.chat(MARINA)[-1].media_id or ""
    body = json.loads(fixture.read_text())
    if "<http(s)" in json.dumps(body) or '"link"' in json.dumps(body):
        pytest.skip("fetches from an address that is not ours")
    filled = filled_in(body, file=file, written=written)
    if "interactive" in filled:
        filled["type"] = "interactive"  # one of the examples leaves it out
    if body.get("status") != "read":
        filled["to"] = f"+{MARINA}"
    answer = shop.cloud("POST", f"/v23.0/{NUMBER}/messages", filled)
    if "success" not in answer:
        assert complaints("/{Version}/{Phone-Number-ID}/messages", "POST", 200, answer) == []


def letter_for(name: str) -> Any:
    from parley.simulator.people.phones import Letter

    if "video" in name:
        return Letter(type="video", data="ZmlsbQ==", mime_type="video/mp4")
    kinds = {"audio": "voice", "document": "document", "sticker": "sticker"}
    return Letter(type=next((kind for word, kind in kinds.items() if word in name), "image"))


def filled_in(part: Any, *, file: str, written: str) -> Any:
    if isinstance(part, list):
        return [filled_in(one, file=file, written=written) for one in part]
    if not isinstance(part, dict):
        return part
    filled = {name: filled_in(value, file=file, written=written) for name, value in part.items()}
    if "message_id" in filled:
        filled["message_id"] = written
    if "OBJECT_ID" in str(filled.get("id", "")):
        filled["id"] = file
    return filled
