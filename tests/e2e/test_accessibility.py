"""What a checker can see of accessibility: names, roles, contrast. That is half of what matters."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.browser import DESK, PHONE
from tests.e2e.conftest import Visitor
from tests.e2e.phone import Phone
from tests.e2e.stack import Customer, Stack

GRAVE = {"serious", "critical"}


@pytest.mark.parametrize(
    ("screen", "dark"), [(DESK, False), (DESK, True), (PHONE, False)], ids=["desk", "dark", "phone"]
)
def test_no_page_has_a_grave_barrier(
    stack: Stack, visitor: Visitor, phone: Phone, customer: Customer, *, dark: bool
) -> None:
    phone.say("A *mesa* ainda está à venda? https://casalume.example/mesa")
    alice = visitor("alice", dark=dark)
    found = {}
    for name, path in {
        "inbox": "inbox/?tab=all",
        "channels": "channels/",
        "channel": stack.channel_path("Shop"),
        "business": stack.channel_path("Business"),
        "set-aside": f"{stack.channel_path('Shop')}set-aside/",
        "new": "channels/new/session/",
    }.items():
        alice.go(path)
        found[name] = barriers(alice.page)
    alice.open_inbox()
    alice.open(customer)
    alice.send("Está, em duas *cores*.")
    alice.expect_tick("duas", "delivered")
    found["thread"] = barriers(alice.page)
    alice.page.get_by_role("button", name="Attach").click()
    alice.page.get_by_role("menuitem", name="Poll").click()
    found["poll"] = barriers(alice.page)
    alice.forget_who_i_am()
    alice.page.goto(f"{stack.url}/sign-in/")
    found["sign-in"] = barriers(alice.page)
    grave = [f"{name}: {what}" for name, all_of_it in found.items() for what in all_of_it]
    assert not grave, "\n".join(grave)


def barriers(page: Page) -> list[str]:
    """Each grave violation with the element it is in."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in violations
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
