"""A number whose messages are refused says all the while that it works, and is not believed."""

from datetime import timedelta

import pytest

from parley.access.tests.factories import Cast
from parley.channels.models import Channel
from parley.channels.services import control
from parley.channels.services.state import REFUSED, add_to_history
from parley.channels.tests.factories import history, make_number, reread
from parley.channels.tests.watching import alerts, alerts_ever, look, make_working_session
from parley.core.clock import now
from parley.core.transactions import workspace_transaction
from parley.simulator.testing import Simulator

PAYMENT = "There is a problem with the payment. (Meta, code 131042: no further words)"


@pytest.fixture
def number(cast: Cast, whatsapp: Simulator) -> Channel:
    return make_number(cast.alice, whatsapp)


def refuse(channel: Channel, *, ago: timedelta = timedelta(0)) -> None:
    """As the sender writes it after a refusal."""
    with workspace_transaction(channel.workspace_id):
        row = Channel.objects.get(id=channel.id)
        Channel.objects.filter(id=channel.id).update(
            status="failed",
            status_at=now() - ago,
            error_message=PAYMENT,
            metadata={**row.metadata, REFUSED: (now() - ago).isoformat()},
        )
        add_to_history(row, "state", from_state="working", to_state="failed", at=now() - ago)


def test_connected_is_no_answer_to_a_refusal(cast: Cast, number: Channel) -> None:
    refuse(number)
    for _ in range(3):
        look(number)
    after = reread(cast.alice, number)
    assert (after.status, after.error_message) == ("failed", PAYMENT)
    assert alerts_ever(number) == ["failed"], "told once, and not again at every look"


def test_is_tried_again_after_a_pause_where_meta_says_that_it_may_send(cast: Cast, number: Channel) -> None:
    refuse(number, ago=timedelta(minutes=61))
    look(number)
    after = reread(cast.alice, number)
    assert after.status == "working"
    assert REFUSED not in after.metadata
    assert alerts(number) == {}


def test_is_not_tried_while_meta_says_that_it_may_not_send(
    cast: Cast, whatsapp: Simulator, number: Channel
) -> None:
    refuse(number, ago=timedelta(hours=30))
    account = f"cloud/accounts/{number.waba_id}"
    whatsapp._simulator("POST", account, {"is_locked": True})
    look(number)
    whatsapp._simulator("POST", account, {"is_locked": False})
    assert reread(cast.alice, number).status == "failed"


def test_the_pause_grows_with_each_refusal(cast: Cast, number: Channel) -> None:
    refuse(number, ago=timedelta(hours=4))
    refuse(number, ago=timedelta(minutes=61))
    look(number)
    assert reread(cast.alice, number).status == "failed"
    refuse(number, ago=timedelta(hours=25))
    look(number)
    assert reread(cast.alice, number).status == "working"


def test_a_person_who_checks_is_believed_at_once(cast: Cast, number: Channel) -> None:
    refuse(number)
    control.refresh(number.workspace_id, number.id)
    assert reread(cast.alice, number).status == "working"


def test_one_that_failed_by_its_own_word_is_believed_at_once(cast: Cast, number: Channel) -> None:
    with workspace_transaction(number.workspace_id):
        Channel.objects.filter(id=number.id).update(status="failed", error_message="Meta calls it BANNED.")
    look(number)
    assert reread(cast.alice, number).status == "working"


def test_a_session_is_restarted_and_not_believed(cast: Cast, whatsapp: Simulator) -> None:
    session = make_working_session(cast.alice, whatsapp, since=timedelta(minutes=10))
    refuse(session)
    look(session)
    kinds = [event.kind for event in history(cast.alice, session)]
    assert "restarted" in kinds
    assert whatsapp.until(lambda: whatsapp.session_status(session.external_id) == "WORKING")
