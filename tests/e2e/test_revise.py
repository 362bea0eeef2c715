"""Other words for what was sent, and deleting it for everyone."""

import re

from playwright.sync_api import expect

from tests.e2e.agent import Agent
from tests.e2e.phone import Phone
from tests.e2e.stack import NUMBER, Customer


def test_an_edit_reaches_the_phone_and_keeps_what_was_said(
    bob: Agent, phone: Phone, customer: Customer
) -> None:
    phone.say("Que horas?")
    bob.open_inbox()
    bob.open(customer)
    bob.send("Chegamos às *14h*")
    bob.expect_tick("Chegamos", "delivered")
    bob.act_on("Chegamos", "Edit")
    words = bob.page.get_by_role("dialog").get_by_label("Text")
    expect(words).to_have_value("Chegamos às *14h*")
    words.fill("Chegamos às *15h*")
    bob.page.get_by_role("button", name="Save").click()
    expect(bob.bubble("Chegamos").locator("> .says .text")).to_have_text("Chegamos às 15h")
    bob.bubble("Chegamos").get_by_text("Edited").click()
    expect(bob.bubble("Chegamos").locator("details p")).to_have_text("Chegamos às 14h")
    phone.pick_up()
    expect(phone.bubble("15h")).to_be_visible()
    expect(phone.bubble("14h")).to_have_count(0)


def test_an_edit_by_keyboard_alone(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Que dia?")
    bob.open_inbox()
    bob.open(customer)
    bob.send("Na sesta")
    bob.expect_tick("Na sesta", "delivered")
    bob.bubble("Na sesta").focus()
    bob.page.keyboard.press("e")
    bob.page.keyboard.press("ControlOrMeta+a")
    bob.page.keyboard.type("Na sexta")
    bob.page.keyboard.press("ControlOrMeta+Enter")
    expect(bob.bubble("Na sexta")).to_be_focused()


def test_what_is_deleted_is_gone_from_the_phone_and_the_list(
    bob: Agent, phone: Phone, customer: Customer
) -> None:
    phone.say("Qual o preço?")
    bob.open_inbox()
    bob.open(customer)
    bob.send("Era para outra cliente")
    bob.expect_tick("outra cliente", "delivered")
    bob.page.on("dialog", lambda dialog: dialog.accept())
    bob.act_on("outra cliente", "Delete for everyone")
    expect(bob.bubble("Deleted for everyone")).to_be_visible()
    phone.pick_up()
    expect(phone.bubble("This message was deleted")).to_be_visible()
    bob.back_to_list()
    expect(bob.rows(customer)).to_contain_text("Deleted message")


def test_a_refusal_is_told_and_nothing_changes(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Oi")
    bob.open_inbox()
    bob.open(customer)
    bob.send("Até amanhã")
    bob.expect_tick("amanhã", "delivered")
    bob.watch.allow("502|503|409|500")
    phone.whatsapp.fault("waha", "refuse", match="PUT", status=500, message="too late")
    bob.act_on("amanhã", "Edit")
    bob.page.get_by_role("dialog").get_by_label("Text").fill("Até hoje")
    bob.page.get_by_role("button", name="Save").click()
    expect(bob.page.locator("#toasts .toast")).to_be_visible()
    expect(bob.bubble("Até amanhã")).to_be_visible()
    phone.whatsapp.clear_faults()


def test_what_cannot_be_changed_offers_no_change(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.channel = f"cloud:{NUMBER}"
    phone.say("Oi")
    bob.open_inbox()
    bob.open(customer)
    bob.send("Olá")
    bob.expect_tick("Olá", "delivered")
    if bob.screen.is_phone:
        bob.bubble("Olá").tap()
    else:
        bob.bubble("Olá").hover()
    bar = bob.page.locator("[data-bubble-actions]")
    expect(bar.get_by_role("button", name="Reply to this")).to_be_visible()
    expect(bar.get_by_role("button", name=re.compile("Edit|Delete"))).to_have_count(0)
