"""Charlie owns another workspace and always tries."""

import pytest
from playwright.sync_api import expect

from tests.e2e.agent import Agent
from tests.e2e.browser import DESK
from tests.e2e.phone import Phone
from tests.e2e.stack import Customer


@pytest.mark.parametrize("screen", [DESK], ids=str)
@pytest.mark.parametrize("place", ["thread", "list"])
def test_a_stranger_finds_nothing(
    charlie: Agent, alice: Agent, phone: Phone, customer: Customer, place: str
) -> None:
    phone.say("Segredo")
    alice.open_inbox()
    alice.open(customer)
    address = alice.page.url if place == "thread" else alice.page.url.split("inbox/")[0] + "inbox/"
    charlie.watch.allow("404")
    answer = charlie.page.goto(address)
    assert answer is not None
    assert answer.status == 404
    expect(charlie.page.get_by_text("Segredo")).to_have_count(0)
