"""Quotes, reactions and pictures, both ways."""

import time
from pathlib import Path

from playwright.sync_api import Locator, expect

from parley.simulator.people.furniture import photo
from tests.e2e.agent import Agent
from tests.e2e.browser import PATIENCE
from tests.e2e.phone import Phone
from tests.e2e.stack import Customer


def test_an_agent_quotes_what_the_customer_wrote(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("A cadeira azul vem montada?")
    bob.open_inbox()
    bob.open(customer)
    bob.act_on("cadeira azul", "Reply to this")
    bob.send("Vem sim, pronta para usar")
    expect(bob.bubble("pronta para usar").locator(".quote")).to_contain_text("cadeira azul")
    phone.pick_up()
    expect(phone.bubble("pronta para usar").locator(".quote")).to_contain_text("cadeira azul")


def test_the_customer_quotes_what_the_agent_wrote(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Oi")
    bob.open_inbox()
    bob.open(customer)
    bob.send("Temos em carvalho e em nogueira")
    phone.pick_up()
    phone.open_actions("nogueira").get_by_role("button", name="Quote").click()
    phone.write("Quero a segunda")
    expect(bob.bubble("Quero a segunda").locator(".quote")).to_contain_text("nogueira")


def test_reactions_go_both_ways(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Chegou tudo certinho")
    bob.open_inbox()
    bob.open(customer)
    bob.act_on("certinho", "React")
    bob.page.locator("#quick-reactions [data-emoji-choice='❤️']").click()
    expect(bob.bubble("certinho").locator(".reactions")).to_have_text("❤️")
    bob.send("Que alegria!")
    phone.pick_up()
    expect(phone.bubble("certinho").locator(".reactions")).to_have_text("❤️")
    phone.open_actions("alegria").get_by_role("button", name="🙏").click()
    expect(bob.bubble("alegria").locator(".reactions")).to_have_text("🙏")


def test_pictures_go_both_ways(bob: Agent, phone: Phone, customer: Customer, tmp_path: Path) -> None:
    phone.say("Olha só")
    bob.open_inbox()
    bob.open(customer)
    phone.pick_up()
    phone.send_photo()
    expect_picture(bob.page.locator(".bubble.in img"))
    picture = tmp_path / "mesa.png"
    picture.write_bytes(photo("table", hue=0.1))
    bob.attach(picture)
    bob.send("Esta é a mesa")
    expect_picture(bob.bubble("Esta é a mesa").locator("img"))
    bob.expect_tick("Esta é a mesa", "read")
    expect_picture(phone.bubble("Esta é a mesa").locator("img"))


def expect_picture(image: Locator) -> None:
    """It is there, and the browser could draw it; what was shown while it was sent gives way to it."""
    expect(image).to_be_visible()
    deadline = time.monotonic() + PATIENCE / 1000
    while not image.evaluate("image => image.complete && image.naturalWidth > 0"):
        assert time.monotonic() < deadline, "the picture is broken"
        image.page.wait_for_timeout(50)
