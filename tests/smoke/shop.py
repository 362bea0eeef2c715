"""What somebody does at a browser, and a customer at a phone."""

import re
from dataclasses import dataclass
from uuid import uuid4

from parley.operations.browsing import Browser
from parley.simulator.testing import Simulator
from tests.torture.programs import until


@dataclass(frozen=True, slots=True)
class Shop:
    """A company with one number at the simulated WhatsApp. `number` is also its session's name."""

    slug: str
    browser: Browser
    whatsapp: Simulator
    number: str

    def connect(self) -> None:
        """Connect the number on the channels page, and scan its code with the phone."""
        page = self.browser.post_form(
            f"/w/{self.slug}/channels/new/session/",
            {
                "name": "Loja Centro",
                "base_url": self.whatsapp.url,
                "api_key": self.whatsapp.api_key,
                "session_name": self.number,
            },
        )
        assert re.fullmatch(rf"/w/{self.slug}/channels/[0-9a-f-]{{36}}/", page.path), page.text
        self.whatsapp.scan(self.number)
        until(lambda: "Connected and working" in self.browser.get(page.path).text, what="the number works")

    def hears(self, customer: str, words: str) -> str:
        """The customer writes; the address of the thread, once the words stand in the inbox."""
        self.whatsapp.say(customer, words, channel=self.number)
        until(lambda: words in self.inbox, what=f"the inbox of {self.slug} shows: {words}")
        thread = re.search(rf'href="(/w/{self.slug}/inbox/[0-9a-f-]{{36}}/)"', self.inbox)
        assert thread is not None
        return thread[1]

    def replies(self, thread: str, words: str) -> None:
        """Send a text from the thread's composer."""
        conversation = thread.rstrip("/").rpartition("/")[2]
        address = f"/w/{self.slug}/conversations/{conversation}/messages/"
        answer = self.browser.post(address, {"body": words, "client_id": str(uuid4())})
        assert answer.status == 200, answer.text

    @property
    def inbox(self) -> str:
        """The inbox as it is now."""
        page = self.browser.get(f"/w/{self.slug}/inbox/?tab=all")
        assert page.status == 200, page.text
        return page.text
