"""Control of a number at Meta: its limits, its profile, its webhook, and whom it blocks."""

from typing import Any

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.cloud_api import client
from parley.channels.gateways.gateway import HistoryPage
from parley.channels.gateways.neutral import Address, Credentials, GatewayError
from parley.channels.gateways.tests.provider import Answer, Asked, against
from parley.channels.gateways.tests.test_control import run
from parley.core.http import HttpClient

TO = Address(wa_id="5519987654321", bsuid="BR.13")
YES = Answer(200, {"success": True})
GATEWAY = gateway_for("cloud_api")


@pytest.mark.parametrize(
    ("said", "mps"),
    [
        ({"throughput": {"level": "STANDARD"}}, 80),
        ({"throughput": {"level": "HIGH"}}, 1000),
        ({"throughput": {"level": "HIGH"}, "is_on_biz_app": True}, 20),
        ({"throughput": {"level": "NOT_APPLICABLE"}}, None),
        ({"throughput": "HIGH"}, None),
    ],
)
def test_throughput_and_health(said: dict[str, Any], mps: int | None) -> None:
    health = {"health_status": {"can_send_message": "LIMITED", "entities": []}}
    number, _ = run(client.read_number, Answer(200, {"id": "700100"} | health | said))
    assert (number.throughput_mps, number.health) == (mps, "LIMITED")


@pytest.mark.parametrize("deep", [True, False])
def test_profile_in_both_of_its_shapes(deep: bool) -> None:  # noqa: FBT001
    told = {
        "messaging_product": "whatsapp", "about": "Mesas", "email": "", "vertical": "RETAIL", "address": None,
        "websites": ["https://casalume.example", 7], "profile_picture_url": "https://pps.whatsapp.net/v",
    }  # fmt: skip
    data = [{"business_profile": told} if deep else told]
    profile, (asked,) = run(client.read_profile, Answer(200, {"data": data}))
    assert profile == {
        "about": "Mesas",
        "vertical": "RETAIL",
        "picture": "https://pps.whatsapp.net/v",
        "websites": ["https://casalume.example"],
    }
    assert asked.path.startswith("/loja%201/whatsapp_business_profile?fields=about,")
    empty, _ = run(client.read_profile, Answer(200, {"data": []}))
    assert empty == {}


def test_where_the_number_has_its_events_sent() -> None:
    url = "https://parley.example/hooks/abc"
    configured = {"phone_number": url, "application": "https://other.example"}
    found, (asked,) = run(client.read_webhook, Answer(200, {"webhook_configuration": configured}))
    assert found == url
    assert asked.path == "/loja%201?fields=webhook_configuration"
    nothing, _ = run(client.read_webhook, Answer(200, {"id": "1"}))
    assert nothing is None


@pytest.mark.parametrize(
    ("ids", "ours", "expected"),
    [(["11", "22"], "22", True), (["11"], "22", False), (["11"], None, True), ([], None, False)],
)
def test_subscription(ids: list[str], ours: str | None, expected: bool) -> None:  # noqa: FBT001
    apps = [{"whatsapp_business_api_data": {"id": one, "name": "x"}} for one in ids]

    async def ask(http: HttpClient, credentials: Credentials) -> bool:
        config = {"app_id": ours} if ours else {}
        known = Credentials(
            base_url=credentials.base_url,
            external_id="1",
            secrets=credentials.secrets,
            config=config,
        )
        return await client.is_subscribed(http, known, account_id="9900")

    found, (asked,) = against(ask, Answer(200, {"data": apps}))
    assert found is expected
    assert (asked.method, asked.path) == ("GET", "/9900/subscribed_apps")


@pytest.mark.parametrize(("verb", "method"), [(client.block, "POST"), (client.unblock, "DELETE")])
def test_blocks(verb: Any, method: str) -> None:
    done = Answer(200, {"block_users": {"added_users": [{"input": "+5519987654321"}]}})
    result, (asked,) = run(verb, done, to=TO)
    assert result is None
    assert (asked.method, asked.path) == (method, "/loja%201/block_users")
    assert asked.json() == {"messaging_product": "whatsapp", "block_users": [{"user": "+5519987654321"}]}
    _, (asked,) = run(verb, done, to=Address(bsuid="BR.13"))
    assert asked.json()["block_users"] == [{"user_id": "BR.13"}]
    errors = [{"code": 131047, "error_data": {"details": "No message in 24 hours"}}]
    failed = Answer(200, {"block_users": {"failed_users": [{"input": "+55", "errors": errors}]}})
    refused, _ = run(verb, failed, to=TO)
    assert isinstance(refused, GatewayError)
    assert (refused.kind, refused.code) == ("refused", "131047")
    assert "No message in 24 hours" in refused.message
    nobody, asked_of_meta = run(verb, done, to=Address(lid="1"))
    assert isinstance(nobody, GatewayError)
    assert asked_of_meta == []


def test_typing_hangs_on_a_message() -> None:
    _, (asked,) = run(GATEWAY.show_typing, YES, to=TO, message_id="wamid.A")
    assert (asked.method, asked.path) == ("POST", "/loja%201/messages")
    assert asked.json() == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.A",
        "typing_indicator": {"type": "text"},
    }
    result, asked_of_meta = run(GATEWAY.show_typing, YES, to=TO, message_id=None)
    assert (result, asked_of_meta) == (None, [])


@pytest.mark.parametrize("act", ["edit", "revoke"])
def test_what_meta_cannot_do_is_refused_without_a_call(act: str) -> None:
    further = {"body": "às 10h"} if act == "edit" else {}
    result, asked = run(getattr(GATEWAY, act), YES, to=TO, message_id="wamid.A", **further)
    assert isinstance(result, GatewayError)
    assert (result.kind, result.code, result.stops_channel) == ("refused", "type_not_supported", False)
    assert asked == []


def test_meta_has_no_memory_to_read() -> None:
    result, asked = run(GATEWAY.read_history, YES, since=None, until=None, cursor="")
    assert (result, asked) == (HistoryPage(events=[]), [])


@pytest.mark.parametrize(
    "verb", [client.read_profile, client.read_webhook, client.read_number], ids=lambda verb: verb.__name__
)
@pytest.mark.parametrize("answer", [Answer(200, "<html>"), Answer(200, ""), Answer(502, "Bad Gateway")])
def test_answers_of_something_in_between(verb: Any, answer: Answer) -> None:
    result: tuple[Any, list[Asked]] = run(verb, answer)
    assert isinstance(result[0], GatewayError)
    assert result[0].kind == "uncertain"
