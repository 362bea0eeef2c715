"""A customer writes, and it stands on the screens of those who wait."""

import time

from playwright.sync_api import expect

from tests.e2e.agent import Agent
from tests.e2e.phone import Phone
from tests.e2e.stack import Customer

SOON = 5.0
"""Seconds from the customer's finger to both screens, on a machine that has much else to do."""


def test_a_message_stands_in_every_open_inbox(
    alice: Agent, bob: Agent, phone: Phone, customer: Customer
) -> None:
    alice.open_inbox()
    bob.open_inbox()
    phone.pick_up()
    phone.write("Vocês entregam em Valinhos?")
    began = time.monotonic()
    for agent in (alice, bob):
        expect(agent.rows(customer)).to_contain_text("Vocês entregam em Valinhos?")
        expect(agent.rows(customer).locator(".count")).to_contain_text("1")
    assert time.monotonic() - began < SOON


def test_an_open_conversation_grows_by_itself(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Bom dia")
    bob.open_inbox()
    bob.open(customer)
    phone.pick_up()
    phone.write("A mesa de *carvalho* ainda está à venda?")
    expect(bob.bubble("carvalho").locator("b, strong")).to_have_text("carvalho")
    expect(bob.bubbles).to_have_count(2)


def test_reading_it_takes_the_count_away(alice: Agent, bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Oi")
    alice.open_inbox()
    bob.open_inbox()
    expect(alice.rows(customer).locator(".count")).to_be_visible()
    bob.page.bring_to_front()
    bob.open(customer)
    expect(alice.rows(customer).locator(".count")).to_have_count(0)
