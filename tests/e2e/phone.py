"""The customer's phone: the simulator's page, with one chat open on it."""

from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from parley.simulator.testing import Simulator
from tests.e2e.browser import Watch
from tests.e2e.stack import SESSION, Customer


class Phone:
    """`customer` writes to one channel and reads what comes back, if the chat is open."""

    def __init__(self, page: Page, *, customer: Customer, whatsapp: Simulator, watch: Watch) -> None:
        self.page = page
        self.customer = customer
        self.whatsapp = whatsapp
        self.watch = watch
        self.channel = SESSION

    def pick_up(self, channel: str = SESSION) -> None:
        """Open the chat with the shop. From now on the customer reads what arrives."""
        self.channel = channel
        self.page.goto(f"{self.whatsapp.url}/#{quote(f'{self.customer.wa_id}@{channel}', safe='')}")
        expect(self.page.locator("#who-writes")).to_have_text(self.customer.name)
        self.show("phone")

    def put_down(self) -> None:
        """Nobody looks at the chat."""
        self.page.goto("about:blank")

    def show(self, view: str) -> None:
        """On a small screen the simulator shows one of its three parts."""
        button = self.page.locator(f".dock [data-show={view}]")
        if button.is_visible():
            button.click()

    def write(self, text: str) -> None:
        self.page.get_by_label("Message", exact=True).fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def say(self, text: str) -> str:
        """Write without a page: what a test needs before it begins. Answers the message's id."""
        return self.whatsapp.say(self.customer.wa_id, text, channel=self.channel)

    def send_photo(self) -> None:
        self.page.get_by_role("button", name="Attach").click()
        self.page.get_by_role("button", name="Photo").click()

    @property
    def bubbles(self) -> Locator:
        return self.page.locator(".bubble")

    def bubble(self, text: str) -> Locator:
        return self.bubbles.filter(has_text=text)

    def open_actions(self, text: str) -> Locator:
        """The bubble with its reactions and other actions shown."""
        bubble = self.bubble(text)
        bubble.locator(".text").click()
        return bubble

    def sent_by_shop(self) -> list[str]:
        """What reached WhatsApp for this customer, oldest first: the ledger counts what was sent twice."""
        return [entry.body for entry in self.whatsapp.ledger() if entry.recipient == self.customer.wa_id]
