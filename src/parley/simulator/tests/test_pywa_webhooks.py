"""Every webhook of the simulated Cloud API through pywa's own parser, by its signature and into its types."""

import json
import logging
from typing import Any

import pytest
from pywa import WhatsApp
from pywa import handlers as hear
from pywa.types.base_update import BaseUpdate

from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator
from parley.simulator.tests.cloud_people import (
    ACCOUNT,
    APP,
    BODY,
    MARINA,
    NUMBER,
    REPLIES,
    TOKEN,
    send,
    template,
    text,
)
from parley.simulator.tests.conftest import VERIFY_TOKEN, Hook, Receiver

UNTYPED = {
    "account_review_update", "account_alerts", "business_capability_update", "phone_number_quality_update",
    "phone_number_name_update", "business_username_update", "security", "payment_configuration_update",
    "partner_solutions", "flows", "smb_app_state_sync", "history", "automatic_events",
    "group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update",
}  # fmt: skip
"""Fields that pywa hands on raw: it has no type for them."""


class Listener:
    """pywa as a program that wants to hear everything."""

    def __init__(self, app: dict[str, Any]) -> None:
        self.heard: list[BaseUpdate] = []
        self.raw = 0
        self.client = WhatsApp(
            phone_id=NUMBER, token=TOKEN, server=None, app_secret=app["app_secret"], waba_id=ACCOUNT,
            skip_duplicate_updates=False, continue_handling=True, filter_updates=False,
        )  # fmt: skip
        for kind in kinds_of(hear.Handler):
            if kind is hear.RawUpdateHandler:
                self.client.add_handlers(kind(lambda _, __: self._count()))
            elif kind is not hear.FlowRequestHandler:
                self.client.add_handlers(kind(lambda _, update: self.heard.append(update)))

    def _count(self) -> None:
        self.raw += 1

    def hear(self, hook: Hook) -> list[BaseUpdate]:
        before, raw = len(self.heard), self.raw
        assert self.client.webhook_update_validator(hook.body, hook.headers["x-hub-signature-256"]) is None
        assert self.client.webhook_update_handler(hook.body) == ("ok", 200)
        assert self.raw == raw + 1
        return self.heard[before:]


def kinds_of(base: Any) -> list[Any]:
    found: list[Any] = []
    for kind in base.__subclasses__():
        found += kinds_of(kind) or [kind]
    return [kind for kind in found if not kind.__name__.startswith("_")]


@pytest.fixture
def shop(whatsapp: Simulator, receiver: Receiver) -> Simulator:
    whatsapp.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
    whatsapp.say(MARINA, "Oi")
    return whatsapp


@pytest.fixture(autouse=True)
def _no_complaint(caplog: pytest.LogCaptureFixture) -> Any:
    """pywa logs what it cannot read and answers 200 all the same."""
    caplog.set_level(logging.WARNING, logger="pywa")
    yield
    assert [record.getMessage() for record in caplog.records if record.name.startswith("pywa")] == []


def everything(shop: Simulator) -> None:
    """One of each thing that customers, the shop and Meta do."""
    for letter in letters():
        shop.write(MARINA, letter)
    written = shop.say(MARINA, "Errado")
    sent = send(shop, text(biz_opaque_callback_data="ours"))["messages"][0]["id"]
    shop.read_all(MARINA)
    shop.write(MARINA, Letter(type="reaction", target_id=sent, emoji="❤️"))
    shop.write(MARINA, Letter(type="reaction", target_id=sent, emoji=""))
    shop.write(MARINA, Letter(body="Sim", quoted_id=sent))
    shop.change_number(NUMBER, tells_changes=True)
    shop.change(MARINA, written, "Certo", channel=NUMBER)
    shop.change(MARINA, written, None, channel=NUMBER)
    shop.add_template(name="pedido", components=[BODY, REPLIES])
    shop.tap(MARINA, send(shop, template("pedido", "Marina", "7"))["messages"][0]["id"], "Parar")
    buttons = [{"type": "reply", "reply": {"id": "yes", "title": "Sim"}}]
    asked = {"type": "button", "body": {"text": "Certo?"}, "action": {"buttons": buttons}}
    body = {**text(), "type": "interactive", "interactive": asked}
    shop.tap(MARINA, send(shop, body)["messages"][0]["id"], "yes")
    rows = [{"id": "r", "title": "Mesa", "description": "Grande"}]
    offered = {
        "type": "list",
        "body": {"text": "O quê?"},
        "action": {"button": "Ver", "sections": [{"rows": rows}]},
    }
    body = {**text(), "type": "interactive", "interactive": offered}
    shop.tap(MARINA, send(shop, body)["messages"][0]["id"], "Mesa")
    happenings(shop)


def happenings(shop: Simulator) -> None:
    """What is told of people and numbers rather than said in a chat."""
    shop.prefer_marketing(MARINA, "stop")
    shop.prefer_marketing(MARINA, "resume")
    call = shop.call_shop(MARINA, "connect")
    shop.call_shop(MARINA, "completed", call_id=call)
    shop.call_shop(MARINA, "missed", call_id=call)
    shop.change_number(NUMBER, late_refusals=True)
    shop.write("5511900000000", Letter(body="Ontem", at=1))
    send(shop, text(to="5511900000000"))
    shop.move_person("5511900000000", username="ana.r", hides_number=True)
    shop.say("5511900000000", "Oi de novo")
    shop.move_person("5511911111111")
    shop.move_person("5511911111111", to="5511922222222")
    shop.change_number(NUMBER, coexistence=True, quality_rating="YELLOW", throughput="HIGH")
    echoed = shop.write(MARINA, Letter(body="Do celular", from_shop=True))
    shop.change(MARINA, echoed, "Do meu celular", channel=NUMBER)
    shop.change(MARINA, echoed, None, channel=NUMBER)
    shop.tell_history(NUMBER)
    shop.tell_history(NUMBER, is_declined=True)
    shop.change_account(ACCOUNT, messaging_limit="TIER_10K", review="REJECTED", is_locked=True)
    shop.settle()


def letters() -> list[Letter]:
    nfm = {"name": "flow", "body": "Sent", "response_json": '{"flow_token":"t","a":"b"}'}
    product = {"product_retailer_id": "MESA", "quantity": 1, "item_price": 30, "currency": "BRL"}
    ad = {
        "source_url": "https://fb.me/1", "source_id": "1", "source_type": "ad", "headline": "Mesas",
        "body": "Novas", "media_type": "image", "image_url": "https://fb.me/i", "ctwa_clid": "c",
    }  # fmt: skip
    product_asked = {"catalog_id": "1", "product_retailer_id": "2"}
    permission = {"response": "accept", "expiration_timestamp": 1753186982, "response_source": "user_action"}
    unknown = [
        {"code": 131051, "title": "Message type unknown", "message": "x", "error_data": {"details": "y"}}
    ]
    return [
        *[Letter(type=kind) for kind in ("image", "voice", "document", "sticker", "location")],
        Letter(type="video", data="ZmlsbQ==", mime_type="video/mp4"),
        Letter(type="contacts", contacts=[{"name": "Ana Ribeiro", "phone": "+55 19 1"}]),
        Letter(body="Vi o anúncio", content={"referral": ad}),
        Letter(body="Encaminhada", forwarded=True),
        Letter(body="No grupo", group_id="Y2FwaV9ncm91cDox"),
        Letter(body="Esse?", content={"context": {"referred_product": product_asked}}),
        Letter(type="order", content={"order": {"catalog_id": "1", "text": "", "product_items": [product]}}),
        Letter(type="interactive", content={"interactive": {"type": "nfm_reply", "nfm_reply": nfm}}),
        Letter(
            type="interactive",
            content={"interactive": {"type": "call_permission_reply", "call_permission_reply": permission}},
        ),
        Letter(type="unsupported", content={"errors": unknown, "unsupported": {"type": "poll"}}),
    ]  # fmt: skip


def test_pywa_understands_whatever_happens(shop: Simulator, receiver: Receiver, caplog: Any) -> None:
    everything(shop)
    shop.until(lambda: any("account_update" in hook.body.decode() for hook in receiver.hooks))
    listener = Listener({"app_secret": "simulated-app-secret"})
    silent = []
    for hook in list(receiver.hooks):
        field = hook.json["entry"][0]["changes"][0]["field"]
        if not listener.hear(hook) and field not in UNTYPED:
            silent.append(hook.json)
    assert silent == []
    names = {type(update).__name__ for update in listener.heard}
    assert names >= {
        "Message", "MessageStatus", "CallbackButton", "CallbackSelection", "FlowCompletion", "EditedMessage",
        "DeletedMessage", "OutgoingMessage", "OutgoingEditedMessage", "OutgoingDeletedMessage", "CallConnect",
        "CallTerminate", "CallPermissionUpdate", "UserMarketingPreferences", "PhoneNumberChange",
        "IdentityChange", "AccountUpdate",
    }  # fmt: skip


def test_pywa_understands_every_field_that_can_be_ordered(shop: Simulator, receiver: Receiver) -> None:
    for field in sorted(UNTYPED | {"account_update", "calls"}):
        before = len(receiver.hooks)
        shop.tell(NUMBER, field)
        shop.until(lambda before=before: len(receiver.hooks) > before)  # type: ignore[misc]
    listener = Listener({"app_secret": "simulated-app-secret"})
    for hook in list(receiver.hooks):
        listener.hear(hook)


def test_pywa_understands_what_becomes_of_templates(shop: Simulator, receiver: Receiver) -> None:
    made = shop.add_template(name="pedido", components=[BODY])
    for status in ("REJECTED", "PAUSED", "DISABLED", "APPROVED"):
        shop.change_template(made["id"], status=status)
    shop.change_template(made["id"], quality="YELLOW", category="MARKETING", components=[BODY, REPLIES])
    listener = Listener({"app_secret": "simulated-app-secret"})
    fields = "message_template_status_update", "message_template_quality_update", "template_category_update"

    def hooks() -> list[Hook]:
        return [hook for hook in receiver.hooks if "template" in hook.json["entry"][0]["changes"][0]["field"]]

    shop.until(lambda: len(hooks()) == 7)
    heard = [update for hook in hooks() for update in listener.hear(hook)]
    assert len(heard) == 7
    assert {hook.json["entry"][0]["changes"][0]["field"] for hook in hooks()} >= set(fields)
    assert json.loads(hooks()[0].body)["entry"][0]["id"] == ACCOUNT
    assert APP
