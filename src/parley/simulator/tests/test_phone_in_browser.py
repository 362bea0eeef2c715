"""The page in Chromium: a person scans the code, plays the customer and switches a fault on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from parley.simulator.testing import Simulator

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
MARINA = "5519998761234"


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed at /usr/bin/chromium")
    width, height = request.param
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page(viewport={"width": width, "height": height})
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        yield page
        browser.close()
        assert troubles == []


def show(page: Page, view: str) -> None:
    button = page.locator(f".dock [data-show={view}]")
    if button.is_visible():
        button.click()


def test_a_person_plays_the_customer(whatsapp: Simulator, page: Page) -> None:
    whatsapp.add_session("shop", scan=False)
    page.goto(whatsapp.url)
    show(page, "panel")
    page.get_by_role("button", name="Scan with the shop's phone").click()
    expect(page.locator(".card .chip")).to_have_text("working")
    show(page, "people")
    page.get_by_role("button", name="Marina Souza").click()
    page.get_by_label("Message", exact=True).fill("Ainda tem em carvalho? <b>180</b>")
    page.get_by_label("Message", exact=True).press("Enter")
    expect(page.locator(".bubble.own .text")).to_have_text("Ainda tem em carvalho? <b>180</b>")
    chat = {"session": "shop", "chatId": f"{MARINA}@c.us"}
    whatsapp.waha("POST", "/api/sendText", {**chat, "text": "Temos quatro!", "id": "3EB0AA"})
    theirs = page.locator(".bubble.theirs")
    expect(theirs).to_contain_text("Temos quatro!")
    whatsapp.until(lambda: whatsapp.chat(MARINA)[-1].status == "read")
    theirs.click()
    theirs.get_by_role("button", name="❤️").click()
    expect(theirs.locator(".reactions")).to_have_text("❤️")
    page.get_by_role("button", name="Attach").click()
    page.get_by_role("button", name="Photo").click()
    expect(page.locator(".bubble.own img")).to_be_visible()
    whatsapp.waha("POST", "/api/sendSeen", chat)
    expect(page.locator(".bubble.own .read")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_customer_edits_votes_and_calls(whatsapp: Simulator, page: Page) -> None:
    whatsapp.add_session("shop")
    page.goto(whatsapp.url)
    show(page, "people")
    page.get_by_role("button", name="Marina Souza").click()
    page.get_by_label("Message", exact=True).fill("*Quero* duas, <i>não</i> 2*3*4")
    page.get_by_label("Message", exact=True).press("Enter")
    own = page.locator(".bubble.own")
    expect(own.locator(".text b")).to_have_text("Quero")
    expect(own.locator(".text")).to_have_text("Quero duas, <i>não</i> 2*3*4")
    own.click()
    own.get_by_role("button", name="Edit").click()
    page.get_by_label("Message", exact=True).fill("Quero três")
    page.get_by_label("Message", exact=True).press("Enter")
    expect(own.locator(".text")).to_have_text("Quero três")
    expect(own.locator(".meta")).to_contain_text("edited")
    poll = {"name": "Madeira?", "options": ["Carvalho", "Ipê"]}
    order = {"session": "shop", "chatId": f"{MARINA}@c.us", "poll": poll, "id": "3EB0POLL"}
    whatsapp.waha("POST", "/api/sendPoll", order)
    page.get_by_role("button", name="Ipê").click()
    expect(page.get_by_role("button", name="Ipê")).to_have_attribute("aria-pressed", "true")
    assert whatsapp.chat(MARINA)[-1].votes == {MARINA: ["Ipê"]}
    page.get_by_role("button", name="Call the shop").click()
    expect(page.locator("#notice")).to_contain_text("rings")


def test_faults_and_the_ledger_stand_behind(whatsapp: Simulator, page: Page) -> None:
    whatsapp.add_session("shop")
    page.goto(whatsapp.url)
    show(page, "panel")
    page.get_by_role("tab", name="Faults").click()
    page.get_by_label("What goes wrong").select_option("empty")
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator(".faults li")).to_contain_text("0 of 1")
    whatsapp.waha(
        "POST", "/api/sendText", {"session": "shop", "chatId": f"{MARINA}@c.us", "text": "Olá Marina"}
    )
    page.get_by_role("tab", name="Ledger").click()
    expect(page.locator("#ledger .line")).to_contain_text("Olá Marina")


def test_limits_are_switched_and_counted(whatsapp: Simulator, page: Page) -> None:
    whatsapp.add_cloud_app()
    page.goto(whatsapp.url)
    show(page, "panel")
    page.get_by_role("tab", name="Limits").click()
    expect(page.get_by_label("24 hours after")).to_be_checked()
    page.get_by_label("One message in six seconds").check(force=True)
    whatsapp.until(lambda: whatsapp.limits()["limits"]["pair"])
    content = {"name": "hello", "language": {"code": "pt_BR"}}
    body = {"messaging_product": "whatsapp", "to": f"+{MARINA}", "type": "template", "template": content}
    whatsapp.cloud("POST", "/v25.0/109800000000001/messages", body)
    expect(page.locator("#limits-used")).to_contain_text("People reached today")
