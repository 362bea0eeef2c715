"""What is composed against Meta's own OpenAPI document, which is wrong in places that its examples show.

The document is not part of the project. It lies beside the checkout where somebody collected it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from parley.channels.gateways.cloud_api.outbound import payload_for
from parley.channels.gateways.neutral import OutboundMessage
from parley.channels.gateways.tests.test_examples_cloud_api import COMPOSED
from parley.channels.gateways.tests.test_send_cloud_api import INTERACTIVE, composed

DOCUMENT = (
    Path(__file__)
    .parents[5]
    .parent.joinpath("shared", "protocols", "openapi_meta_business_messaging_v23.0.yaml")
)
# Where the document contradicts Meta's own examples and pages. The last name of the path, and what it says.
WRONG = {
    ("language", "'policy' is a required property"): "left out in half of the examples",
    ("latitude", "is not of type 'string'"): "a number in every example",
    ("longitude", "is not of type 'string'"): "a number in every example",
    ("index", "'0' does not match"): "0 in every example",
    ("sub_type", "'CATALOG' is not one of"): "written so in the example",
    ("sub_type", "'flow' is not one of"): "written so in the example",
    ("type", "'CELL' is not one of"): "the usual kind, and what webhooks carry",
}
YOUNGER = {"link", "location_request"}
"""Kinds of interactive message that the document does not know yet."""
MESSAGES: dict[str, OutboundMessage] = COMPOSED | {
    kind: composed("interactive", {"kind": kind} | content)
    for kind, (content, _) in INTERACTIVE.items()
    if kind not in YOUNGER
}


@cache
def components() -> dict[str, Any]:
    loaded = yaml.load(DOCUMENT.read_bytes(), Loader=yaml.CSafeLoader)
    return dict(opened(loaded["components"]))


def opened(schema: Any) -> Any:
    """Without `additionalProperties: false`, which the document puts on parts of what it composes."""
    if isinstance(schema, dict):
        return {
            name: opened(part)
            for name, part in schema.items()
            if name != "additionalProperties" or part is not False
        }
    return [opened(part) for part in schema] if isinstance(schema, list) else schema


def leaves(error: ValidationError) -> Iterator[ValidationError]:
    """What is wrong in the alternative that fits best, down to single values."""
    if not error.context:
        yield error
        return
    ways: dict[Any, list[ValidationError]] = {}
    for one in error.context:
        ways.setdefault(one.schema_path[0], []).extend(leaves(one))
    yield from min(ways.values(), key=len)


@pytest.mark.skipif(
    not DOCUMENT.is_file(), reason=f"NOT COMPARED WITH META'S OPENAPI: there is no file {DOCUMENT}"
)
@pytest.mark.parametrize("name", MESSAGES)
def test_what_is_composed_fits_the_document(name: str) -> None:
    payload = payload_for(MESSAGES[name], media_id="551")
    schema = f"{payload['type'].capitalize()}Message"
    validator = Draft202012Validator(components()["schemas"][schema] | {"components": components()})
    wrong = [leaf for error in validator.iter_errors(payload) for leaf in leaves(error)]
    strange = [
        leaf.message
        for leaf in wrong
        if not any(leaf.path and leaf.path[-1] == at and said in leaf.message for at, said in WRONG)
    ]
    assert not strange
