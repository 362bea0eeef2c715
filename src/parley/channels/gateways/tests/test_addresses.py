"""Keys and tokens go to the configured address and to no other that a webhook or an answer may name."""

import json

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.cloud_api.messages import _headers_for
from parley.channels.gateways.neutral import Credentials, GatewayError, MediaRef
from parley.channels.gateways.tests.provider import Answer, Asked, against, serving
from parley.channels.gateways.tests.test_control import fetch
from parley.core.http import HttpClient


@pytest.mark.parametrize("url", [".evil.example/a.jpg", "@127.0.0.2/a.jpg", "api/files/a.jpg", "?a=1"])
def test_waha_file_stays_on_the_configured_host(url: str) -> None:
    result, asked = fetch("waha", {"url": url}, Answer(200, b"jpeg"))
    assert isinstance(result, GatewayError)
    assert (result.kind, result.code, asked) == ("refused", "bad_url", [])


def test_metas_token_stays_with_the_whole_origin() -> None:
    async def elsewhere(http: HttpClient, credentials: Credentials) -> tuple[bytes, list[Asked]]:
        async with serving(Answer(200, b"jpeg")) as other:
            reference = json.dumps({"url": f"{other.url}/files/5501"})  # the same host, another port
            found = await gateway_for("cloud_api").fetch_media(
                http, credentials, MediaRef(reference=reference), limit=100
            )
            return found, other.asked

    result, asked_of_ours = against(elsewhere, Answer(404, ""))
    assert not isinstance(result, Exception), result
    found, (asked,) = result
    assert found == b"jpeg"
    assert "authorization" not in asked.headers
    assert asked_of_ours == []


@pytest.mark.parametrize(
    ("url", "is_signed"),
    [
        ("https://lookaside.fbsbx.com/a", True),
        ("https://LOOKASIDE.fbsbx.com:443/a", True),
        ("https://lookaside.fbsbx.com:8443/a", False),
        ("http://lookaside.fbsbx.com/a", False),
        ("https://evilfbsbx.com/a", False),
        ("https://meta.example:443/v24.0/a", True),
        ("http://meta.example/a", False),
    ],
)
def test_who_gets_metas_token(url: str, is_signed: bool) -> None:  # noqa: FBT001
    configured = Credentials(
        base_url="https://meta.example/v24.0", external_id="1", secrets={"access_token": "a"}
    )
    assert ("Authorization" in _headers_for(configured, url)) is is_signed
