"""One stack and one browser for the package; a customer, a phone and signed-in agents for every test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.e2e.agent import Agent
from tests.e2e.browser import DESK, PHONE, Screen, Watch, new_context, running_chromium
from tests.e2e.phone import Phone
from tests.e2e.stack import Customer, Stack, running_stack

FOLDER = Path(__file__).parent
START_INCLUDED = 300
"""Seconds for one test: the first one starts everything."""

Visitor = Callable[..., Agent]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.timeout(START_INCLUDED))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Not for the session: Playwright's loop runs in this thread, in which other tests start theirs.
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def stack(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="package")
def cookies(stack: Stack, chromium: Browser) -> dict[str, list[object]]:
    """Everybody signs in once, by the page."""
    kept = {}
    for name, person in stack.people.items():
        watch = Watch()
        context = new_context(chromium, DESK, watch=watch)
        Agent(context.new_page(), person=person, url=stack.url, screen=DESK, watch=watch).sign_in()
        kept[name] = list[object](context.cookies())
        context.close()
        watch.check()
    return kept


@pytest.fixture(params=[DESK, PHONE], ids=str)
def screen(request: pytest.FixtureRequest) -> Screen:
    """Every test that asks for a screen is played at a desk and on a phone."""
    chosen: Screen = request.param
    return chosen


@pytest.fixture
def visitor(
    stack: Stack, chromium: Browser, cookies: dict[str, list[object]], screen: Screen
) -> Iterator[Visitor]:
    """`visitor("bob")`: a browser in which Bob is signed in. At the end no page may have complained."""
    opened: list[tuple[BrowserContext, Agent]] = []

    def visit(name: str, *, on: Screen = screen, dark: bool = False) -> Agent:
        watch = Watch()
        context = new_context(chromium, on, watch=watch, dark=dark)
        context.add_cookies(cookies[name])  # type: ignore[arg-type]
        agent = Agent(context.new_page(), person=stack.people[name], url=stack.url, screen=on, watch=watch)
        opened.append((context, agent))
        return agent

    yield visit
    for _, agent in opened:
        agent.check_width()
    for context, _ in opened:
        context.close()
    for _, agent in opened:
        agent.watch.check()


@pytest.fixture
def alice(visitor: Visitor) -> Agent:
    """The owner."""
    return visitor("alice")


@pytest.fixture
def bob(visitor: Visitor) -> Agent:
    """An agent in Alice's workspace."""
    return visitor("bob")


@pytest.fixture
def charlie(visitor: Visitor) -> Agent:
    """The owner of another workspace."""
    return visitor("charlie")


@pytest.fixture
def customer(stack: Stack) -> Customer:
    return stack.new_customer()


@pytest.fixture
def phone(stack: Stack, chromium: Browser, customer: Customer, screen: Screen) -> Iterator[Phone]:
    """The customer's phone, with the chat not open yet."""
    watch = Watch()
    context = new_context(chromium, screen, watch=watch)
    yield Phone(context.new_page(), customer=customer, whatsapp=stack.whatsapp, watch=watch)
    context.close()
    watch.check()
