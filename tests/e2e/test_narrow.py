"""Every page fits a small screen: nothing makes it scroll sideways."""

import pytest

from tests.e2e.browser import NARROW, PHONE, Screen
from tests.e2e.conftest import Visitor
from tests.e2e.phone import Phone
from tests.e2e.stack import SLUG, Customer, Stack

LONG = "Donaudampfschifffahrtsgesellschaft" * 4


@pytest.fixture(params=[PHONE, NARROW], ids=str)
def screen(request: pytest.FixtureRequest) -> Screen:
    chosen: Screen = request.param
    return chosen


def test_no_page_scrolls_sideways(
    stack: Stack, visitor: Visitor, phone: Phone, customer: Customer, screen: Screen
) -> None:
    phone.say(f"Veja https://casalume.example/{LONG} {LONG}")
    alice = visitor("alice")
    alice.open_inbox()
    alice.check_width()
    alice.open(customer)
    alice.check_width()
    channel = stack.channel_path("Shop")
    for path in (
        "channels/",
        "channels/new/",
        "channels/new/session/",
        "channels/new/number/",
        channel,
        f"{channel}set-aside/",
        "conversations/new/",
    ):
        assert alice.go(path) == 200
        alice.check_width()
    alice.page.goto(f"{stack.url}/sign-in/")
    assert SLUG in alice.page.url, "who is signed in is led on"
    alice.forget_who_i_am()
    alice.page.goto(f"{stack.url}/sign-in/")
    alice.check_width()
    phone.pick_up()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
