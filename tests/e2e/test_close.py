"""What ends a conversation, and what stands in the way of an answer."""

import time

from playwright.sync_api import expect

from parley.simulator.people.phones import Letter
from tests.e2e.agent import Agent
from tests.e2e.phone import Phone
from tests.e2e.stack import NUMBER, Customer

DAY = 24 * 3600


def test_who_writes_after_the_end_opens_a_new_conversation(
    bob: Agent, phone: Phone, customer: Customer
) -> None:
    phone.say("Obrigada!")
    bob.open_inbox()
    bob.open(customer)
    first = bob.page.locator("[data-thread]").get_attribute("data-conversation")
    bob.choose("Close")
    expect(bob.page.locator("[data-thread] .lock")).to_contain_text("closed")
    bob.back_to_list()
    phone.say("Lembrei de mais uma coisa")
    row = bob.rows(customer).filter(has_text="Lembrei")
    row.click()
    expect(bob.bubbles).to_contain_text(["Lembrei de mais uma coisa"])
    assert bob.page.locator("[data-thread]").get_attribute("data-conversation") != first


def test_a_closed_conversation_can_be_opened_again(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Oi")
    bob.open_inbox()
    bob.open(customer)
    bob.choose("Close")
    expect(bob.page.locator("[data-thread] .lock")).to_contain_text("closed")
    bob.choose("Reopen")
    expect(bob.page.locator("[data-thread] .lock > *")).to_have_count(0)
    bob.send("Voltei")
    bob.expect_tick("Voltei", "delivered")


def test_a_shut_window_says_why_and_leaves_room_for_a_note(
    bob: Agent, phone: Phone, customer: Customer
) -> None:
    yesterday = Letter(channel=NUMBER, body="Vou pensar", at=time.time() - DAY - 60)
    phone.whatsapp.write(customer.wa_id, yesterday)
    bob.open_inbox()
    bob.open(customer)
    expect(bob.page.locator("[data-thread] .lock")).to_contain_text("More than 24 hours have passed")
    expect(bob.words).to_be_hidden()
    bob.page.get_by_role("button", name="Note", exact=True).click()
    bob.send("Ligar amanhã")
    expect(bob.page.locator(".bubble.note")).to_contain_text("Ligar amanhã")
    assert phone.sent_by_shop() == []


def test_the_window_opens_when_the_customer_writes(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.channel = NUMBER
    phone.whatsapp.write(customer.wa_id, Letter(channel=NUMBER, body="Vou ver", at=time.time() - DAY - 60))
    bob.open_inbox()
    bob.open(customer)
    expect(bob.page.locator("[data-thread] .lock > *")).to_have_count(1)
    phone.say("Vi, quero!")
    expect(bob.page.locator("[data-thread] .lock > *")).to_have_count(0)
    bob.send("Maravilha")
    bob.expect_tick("Maravilha", "delivered")
