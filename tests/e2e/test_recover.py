"""The server goes away and comes back; nothing is missed and nobody has to reload."""

from playwright.sync_api import expect

from tests.e2e.agent import Agent
from tests.e2e.phone import Phone
from tests.e2e.stack import Customer, Stack


def test_what_was_missed_appears_after_the_server_came_back(
    stack: Stack, bob: Agent, phone: Phone, customer: Customer
) -> None:
    phone.say("Primeira")
    bob.open_inbox()
    bob.open(customer)
    bob.watch.allow("Failed to load resource|net::ERR_|Failed to fetch")
    stack.installation.kill("root")
    phone.say("Enquanto isso")
    expect(bob.bubble("Enquanto isso")).to_be_visible(timeout=40_000)
    phone.say("E depois")
    expect(bob.bubble("E depois")).to_be_visible()
    bob.send("Estou aqui")
    bob.expect_tick("Estou aqui", "delivered")
