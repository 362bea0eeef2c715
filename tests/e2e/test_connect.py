"""A number is connected on the page, and the page follows by itself."""

import re

from playwright.sync_api import expect

from tests.e2e.agent import Agent
from tests.e2e.phone import Phone
from tests.e2e.stack import Stack


def test_a_scanned_session_turns_to_working_by_itself(stack: Stack, alice: Agent, phone: Phone) -> None:
    name = f"store-{stack.next_number()}"
    alice.go("channels/")
    alice.page.get_by_role("link", name="Connect a number").click()
    alice.page.get_by_role("link", name="Connect a session").click()
    alice.page.get_by_label("Name", exact=True).fill(name)
    alice.page.get_by_label("Address of your WAHA server").fill(stack.whatsapp.url)
    alice.page.get_by_label("API key").fill(stack.whatsapp.api_key)
    alice.page.get_by_label("Session name").fill(name)
    alice.page.get_by_role("button", name="Connect", exact=True).click()
    expect(alice.page.locator(".qr img, .qr svg").first).to_be_visible()
    phone.page.goto(stack.whatsapp.url)
    phone.show("panel")
    card = phone.page.locator(".card", has_text=name)
    card.get_by_role("button", name="Scan with the shop's phone").click()
    expect(card.locator(".chip")).to_have_text("working")
    expect(alice.page.locator(".doing.good")).to_be_visible()
    expect(alice.page.locator(".qr")).to_have_count(0)


def test_a_business_number_is_connected_with_its_webhook(stack: Stack, alice: Agent) -> None:
    n = stack.next_number()
    number = {"phone_number_id": f"11{n:08d}", "display_phone_number": f"+55 19 3300-{n % 10000:04d}"}
    app = stack.whatsapp.add_cloud_app(
        app_id=f"48{n:08d}", waba_id=f"12{n:08d}", access_token=f"a-token-{n}", numbers=[number]
    )
    alice.go("channels/new/number/")
    alice.page.get_by_label("Name", exact=True).fill(f"Number {n}")
    alice.page.get_by_label("Phone number ID").fill(number["phone_number_id"])
    alice.page.get_by_label("WhatsApp Business account ID").fill(str(app["waba_id"]))
    alice.page.get_by_label("Access token").fill(str(app["access_token"]))
    alice.page.get_by_label("App secret").fill(str(app["app_secret"]))
    alice.page.get_by_text("Another address than Meta").click()
    alice.page.get_by_label("Graph API address").fill(stack.whatsapp.url)
    alice.page.get_by_role("button", name="Connect", exact=True).click()
    expect(alice.page.locator(".doing.good")).to_be_visible()
    expect(alice.page.get_by_text("Meta accepted the address")).to_be_visible()


def test_the_pairing_code_is_the_one_on_the_phone(stack: Stack, alice: Agent, phone: Phone) -> None:
    name = f"store-{stack.next_number()}"
    alice.go("channels/new/session/")
    alice.page.get_by_label("Name", exact=True).fill(name)
    alice.page.get_by_label("Address of your WAHA server").fill(stack.whatsapp.url)
    alice.page.get_by_label("API key").fill(stack.whatsapp.api_key)
    alice.page.get_by_label("Session name").fill(name)
    alice.page.get_by_role("button", name="Connect", exact=True).click()
    alice.page.locator("[id$=-code]").get_by_role("textbox").fill("+55 19 3211-0099")
    alice.page.get_by_role("button", name="Get a code").click()
    expect(alice.page.locator(".pairing")).to_have_text(re.compile(r"\w{4}-?\w{4}"))
    code = alice.page.locator(".pairing").inner_text()
    phone.page.goto(stack.whatsapp.url)
    phone.show("panel")
    expect(phone.page.locator(".card", has_text=name).locator(".code b")).to_have_text(code)
