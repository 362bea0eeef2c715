"""WAHA's OpenAPI documents as something that answers can be held against.

The documents are not part of the project. They lie beside the checkout where somebody collected them.
"""

import json
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from jsonschema import Draft202012Validator

from parley.simulator.testing import Simulator

ROOT = Path(__file__).parents[4].parent / "shared" / "protocols"
DOCUMENTS = {name: ROOT / f"openapi_waha_{name}.json" for name in ("2026.7.1", "2024.9")}

# Where real answers were seen to depart from the document: null in fields that are typed as text or object.
NULLS = {
    "WAMessage": {
        "to": "GOWS and NOWEB leave it null (WAHA issue 127)",
        "participant": "null outside of groups, in the document's own examples too",
        "body": "null for files without a caption and for polls (captured in October 2025)",
        "media": "null without a file (captured)",
        "location": "null without a place (captured in November 2025)",
        "replyTo": "null without a quote (captured)",
        "_data": "null after a deletion (documented example)",
    },
    "WAMedia": {
        "url": "null where the file is not downloaded (documented example)",
        "filename": "null for all but documents (documented example)",
        "s3": "null without S3 (documented)",
        "error": "null without an error (documented example)",
    },
    "WALocation": dict.fromkeys(
        ("name", "address", "url", "description", "thumbnail"), "null where the sender gave none"
    ),
    "WAMessageAckBody": {"participant": "null outside of groups (documented example)"},
    "WAMessageReaction": {"to": "as WAMessage", "participant": "null for our own"},
    "WAMessageEditedBody": dict.fromkeys(
        ("to", "participant", "body", "media", "location", "replyTo"), "as WAMessage"
    ),
    "WAMessageRevokedBody": {"before": "null in GOWS and NOWEB (documented example)"},
    "EventResponsePayload": {"to": "as WAMessage", "participant": "as WAMessage"},
    "ReplyToMessage": {"media": "null without a file", "body": "null without text"},
    "WAHAPresenceData": {"lastSeen": "null while unknown (documented example)"},
    "WAHAEnvironment": {"browser": "null in engines without one (captured)"},
    "SessionInfo": {
        "presence": "null until set (captured)",
        "me": "null while not paired (documented)",
        "assignedWorker": "null with one worker",
    },
    "ChatPictureResponse": {"url": "null without a picture (documented)"},
    "LidToPhoneNumber": {"lid": "null where unknown (documented)", "pn": "null where unknown (documented)"},
    "WorkerInfo": {"id": "null with one worker (captured)"},
}  # fmt: skip
# Fields that the document requires and real answers leave out.
ABSENT = {
    "WAMessage": {
        "mediaUrl": "deprecated since 2023 and absent in every capture",
        "participant": "absent in captures of history",
        "to": "absent in captures of history",
    },
    "WAMessageEditedBody": {"mediaUrl": "as WAMessage"},
    "WAMessageAckBody": {"ack": "where a session tells ticks by name only", "ackName": "or by code only"},
}
ENVELOPE_NULLS = {"me": "null while not paired (captured in 2024)"}


class Answer(NamedTuple):
    status: int
    body: Any
    content_type: str


def call(simulator: Simulator, method: str, path: str, body: object = None) -> Answer:
    """A call with the key, whatever the status."""
    data = None if body is None else json.dumps(body).encode()
    headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "X-Api-Key": simulator.api_key,
    }
    request = urllib.request.Request(simulator.url + path, data=data, headers=headers, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own http address
            raw, status, facts = answer.read(), answer.status, answer.headers
    except urllib.error.HTTPError as error:
        raw, status, facts = error.read(), error.code, error.headers
    kind = facts.get("content-type", "")
    return Answer(status, json.loads(raw) if raw and "json" in kind else raw, kind)


def filled(template: str, values: dict[str, str]) -> str:
    """A path with its parameters put in, escaped."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", quote(value, safe=""))
    return template


class Contract:
    """One of the two documents."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.document = json.loads(DOCUMENTS[version].read_text())
        schemas = self.document["components"]["schemas"]
        self.definitions = {name: _mended(schema) for name, schema in schemas.items()}
        for name, schema in self.definitions.items():
            _allow_departures(name, schema)

    def operations(self) -> set[tuple[str, str]]:
        return {
            (method.upper(), path) for path, methods in self.document["paths"].items() for method in methods
        }

    def events(self) -> list[str]:
        return list(self.document.get("webhooks", {}))

    def complaints(self, method: str, path: str, answer: Answer) -> list[str]:
        """What the document has against an answer; nothing where it says nothing of the body."""
        responses = self.document["paths"][path][method.lower()]["responses"]
        if str(answer.status) not in responses:
            return [f"status {answer.status} is not one of {', '.join(responses)}"]
        content = responses[str(answer.status)].get("content", {}).get("application/json")
        return [] if content is None else self.against(content["schema"], answer.body)

    def complaints_about_event(self, event: str, envelope: Any) -> list[str]:
        content = self.document["webhooks"][event]["post"]["requestBody"]["content"]["application/json"]
        return self.against(content["schema"], envelope)

    def against(self, schema: Any, body: Any) -> list[str]:
        root = {"$defs": self.definitions, **_mended(schema)}
        errors = Draft202012Validator(root).iter_errors(body)
        return [f"{error.json_path}: {error.message[:200]}" for error in errors]


@cache
def contract(version: str) -> Contract:
    return Contract(version)


def _mended(node: Any) -> Any:
    """The document's slips put right: `required: true` inside a property, `nullable` of an older dialect, and
    enumerations of words that are typed as objects."""
    if isinstance(node, list):
        return [_mended(one) for one in node]
    if not isinstance(node, dict):
        return node
    mended = {name: _mended(value) for name, value in node.items() if name != "example"}
    if "$ref" in mended and isinstance(mended["$ref"], str):
        mended["$ref"] = mended["$ref"].replace("#/components/schemas/", "#/$defs/")
    if isinstance(mended.get("required"), bool):
        del mended["required"]
    if "enum" in mended and mended.get("type") == "object":
        del mended["type"]
    if mended.pop("nullable", False):
        return {"anyOf": [mended, {"type": "null"}]}
    return mended


def _allow_departures(name: str, schema: dict[str, Any]) -> None:
    properties = schema.get("properties", {})
    nulls = NULLS.get(name, {}) or (ENVELOPE_NULLS if "Webhook" in name else {})
    for field in nulls:
        if field in properties:
            properties[field] = {"anyOf": [properties[field], {"type": "null"}]}
    absent = ABSENT.get(name, {})
    if absent and "required" in schema:
        schema["required"] = [field for field in schema["required"] if field not in absent]
