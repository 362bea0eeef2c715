"""A member of the team at the browser: what they do and where they look."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import Screen, Watch
from tests.e2e.stack import Customer, Person


class Agent:
    """Alice, Bob or Charlie. A locator looks anew each time, so live updates never leave it stale."""

    def __init__(self, page: Page, *, person: Person, url: str, screen: Screen, watch: Watch) -> None:
        self.page = page
        self.person = person
        self.screen = screen
        self.watch = watch
        self._url = url

    def go(self, path: str) -> int:
        """Open a page of the person's workspace; the status of the answer."""
        answer = self.page.goto(f"{self._url}/w/{self.person.slug}/{path}")
        assert answer is not None
        return answer.status

    def sign_in(self) -> None:
        self.page.goto(f"{self._url}/sign-in/")
        self.page.get_by_label("E-mail").fill(self.person.email)
        self.page.get_by_label("Password").fill(self.person.password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/inbox/**")

    def forget_who_i_am(self) -> None:
        """As a browser that never was here."""
        self.page.goto("about:blank")
        self.page.context.clear_cookies()

    # The list

    def open_inbox(self, tab: str = "all") -> None:
        """Open it and wait until it hears of changes: what comes from now on has to come by itself."""
        with self.page.expect_response(re.compile("/events")):
            self.go(f"inbox/?tab={tab}")

    def rows(self, customer: Customer) -> Locator:
        name = self.page.locator(".name").get_by_text(customer.name, exact=True)
        return self.page.locator("#list .row", has=name)

    def open(self, customer: Customer) -> None:
        """Click the conversation in the list."""
        self.rows(customer).first.click()
        expect(self.page.locator("[data-thread] h2").first).to_have_text(customer.name)

    def back_to_list(self) -> None:
        """On a phone list and thread take turns; on a desk both are there."""
        if self.screen.is_phone:
            self.page.get_by_role("link", name="Back to the list").click()

    # The thread

    @property
    def words(self) -> Locator:
        return self.page.locator("[data-composer] textarea[name=body]")

    @property
    def bubbles(self) -> Locator:
        return self.page.locator("[data-thread] .bubble")

    def bubble(self, text: str) -> Locator:
        return self.bubbles.filter(has_text=text)

    def send(self, text: str = "") -> None:
        """Write, then Enter; the keyboard of a phone has no such Enter, there the button sends."""
        if text:
            self.words.fill(text)
        if self.screen.is_phone:
            self.page.locator("[data-send]").click()
        else:
            self.words.press("Enter")

    def expect_tick(self, text: str, status: str) -> None:
        expect(self.bubble(text).locator(".tick")).to_have_attribute("data-status", status)

    def choose(self, name: str) -> None:
        """Press a button of the thread's head, which on a phone stands in its menu."""
        if self.screen.is_phone:
            self.page.locator("[data-thread] > header").get_by_role("button", name="More").click()
            self.page.get_by_role("menuitem", name=name, exact=True).click()
        else:
            self.page.locator("[data-thread] > header").get_by_role("button", name=name, exact=True).click()

    def attach(self, file: Path) -> None:
        self.page.get_by_role("button", name="Attach").click()
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("menuitem", name="Photo or video").click()
        chooser.value.set_files(file)

    def act_on(self, text: str, action: str) -> None:
        """Press one of the small buttons beside a bubble, which come with the pointer or a tap."""
        bubble = self.bubble(text)
        if self.screen.is_phone:
            bubble.tap()
        else:
            bubble.hover()
        self.page.locator("[data-bubble-actions]").get_by_role("button", name=action).click()

    # Everywhere

    def check_width(self) -> None:
        """Nothing makes the page scroll sideways."""
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px wider than the screen"
