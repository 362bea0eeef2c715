"""Everything the journey needs: Alice and Bob in one workspace, Charlie in another, and a simulated WhatsApp
with one session and one business number connected to Alice's workspace."""

import itertools
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from parley.operations.browsing import Browser
from parley.simulator.configuration import Pace
from parley.simulator.testing import Simulator, simulator_process
from tests.e2e.programs import Installation

SLUG = "casa-lume"
OWNER = "alice@casalume.example"
OWNER_PASSWORD = "green armchair by the window"
AT_ONCE_BUT_UNREAD = Pace(sent=0, delivered=0.2, read=None, spread=0)
"""Two ticks by themselves; the third state comes when the customer opens the chat."""
SESSION = "waha:shop"
NUMBER = "109800000000001"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in."""

    email: str
    password: str
    slug: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with a phone; new in every test, so that no test sees what another wrote."""

    wa_id: str
    name: str


class Stack:
    """What the tests share."""

    def __init__(self, installation: Installation, whatsapp: Simulator) -> None:
        self.installation = installation
        self.url = installation.url
        self.whatsapp = whatsapp
        self.people: dict[str, Person] = {"alice": Person(OWNER, OWNER_PASSWORD, SLUG)}
        self._numbers = itertools.count(1)
        self._alice = Browser(self.url)

    def furnish(self) -> None:
        """The people and the channels, made through the doors a person would use."""
        self._set_up_owner()
        with ThreadPoolExecutor() as pool:
            bob = pool.submit(self._person, "bob@casalume.example", "Bob", "Barros", ("--workspace", SLUG))
            charlie = pool.submit(
                self._person,
                "charlie@outraloja.example",
                "Charlie",
                "Couto",
                ("--new-workspace", "Outra Loja"),
            )
            self.whatsapp.set_pace(AT_ONCE_BUT_UNREAD)
            self._connect_session()
            self._connect_number()
            self.people |= {"bob": bob.result(), "charlie": charlie.result()}

    def new_customer(self) -> Customer:
        """Somebody nobody knows yet."""
        n = next(self._numbers)
        customer = Customer(wa_id=f"5519998{n:06d}", name=f"Marina {n}")
        self.whatsapp.add_person(customer.wa_id, name=customer.name)
        return customer

    def channel_path(self, name: str) -> str:
        """The page of a channel of Alice's workspace, below the workspace."""
        page = self._alice.get(f"/w/{SLUG}/channels/").text
        found = re.search(rf'href="/w/{SLUG}/(channels/[0-9a-f-]{{36}}/)">{re.escape(name)}<', page)
        assert found is not None, page
        return found[1]

    def next_number(self) -> int:
        """For names that must not repeat."""
        return next(self._numbers)

    def _set_up_owner(self) -> None:
        fields = {"workspace_name": "Casa Lume", "first_name": "Alice", "last_name": "Alves"}
        fields |= {"email": OWNER, "password": OWNER_PASSWORD}
        page = self._alice.post_form("/setup/", fields)
        assert page.path == f"/w/{SLUG}/inbox/", f"the setup led to {page.path} ({page.status})"

    def _person(self, email: str, first: str, last: str, place: tuple[str, str]) -> Person:
        names = ("--first-name", first, "--last-name", last)
        said = self.installation.run("user", "create", email, *names, *place)
        found = re.search(r"is \w+ of (\S+)\.\s+Password: (\S+)", said)
        assert found is not None, said
        return Person(email, found[2], found[1])

    def _connect_session(self) -> None:
        fields = {"name": "Shop", "base_url": self.whatsapp.url, "api_key": self.whatsapp.api_key}
        page = self._alice.post_form(f"/w/{SLUG}/channels/new/session/", {**fields, "session_name": "shop"})
        assert "/channels/new/" not in page.path, page.text
        self.whatsapp.scan("shop")
        self.whatsapp.until(lambda: self.whatsapp.session_status("shop") == "WORKING")

    def _connect_number(self) -> None:
        app = self.whatsapp.add_cloud_app()
        fields = {"name": "Business", "base_url": self.whatsapp.url, "phone_number_id": NUMBER}
        fields |= {name: str(app[name]) for name in ("waba_id", "access_token", "app_secret")}
        page = self._alice.post_form(f"/w/{SLUG}/channels/new/number/", fields)
        assert "/channels/new/" not in page.path, page.text


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """A furnished stack, gone when the block ends."""
    with ExitStack() as ending:
        whatsapp = ending.enter_context(simulator_process(folder / "simulator.sqlite"))
        installation = Installation(folder / "home", variables={"PARLEY_SIMULATOR_URL": whatsapp.url})
        ending.callback(installation.stop)
        installation.start("serve")
        stack = Stack(installation, whatsapp)
        stack.furnish()
        yield stack
