"""What the tests of messaging share: a talk with a customer, and a page that asks as htmx does."""

from collections.abc import Iterator

import pytest

from parley.access.tests.factories import Cast, Person, make_person
from parley.messaging.models import Conversation
from parley.messaging.tests.factories import make_conversation
from parley.simulator.testing import Simulator, running_simulator

HTMX = {"HX-Request": "true"}


@pytest.fixture
def talk(cast: Cast) -> Conversation:
    """An open conversation of Alice's workspace, on a number that works."""
    return make_conversation(cast.alice)


@pytest.fixture
def auditor(cast: Cast) -> Person:
    """Somebody in Alice's workspace who reads everything and changes nothing."""
    return make_person(workspace=cast.alice.workspace, first_name="Ada", role="auditor")


@pytest.fixture(scope="module")
def whatsapp() -> Iterator[Simulator]:
    """One simulator for a file; each test has a session of its own."""
    with running_simulator() as simulator:
        yield simulator
