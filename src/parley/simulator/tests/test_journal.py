"""What was accepted, paired and written survives `kill -9`."""

from pathlib import Path

from parley.simulator.people.phones import Letter
from parley.simulator.testing import running_simulator, simulator_process
from parley.simulator.tests.conftest import VERIFY_TOKEN, Receiver

MARINA = "5519998761234"


def test_the_world_survives_a_kill(tmp_path: Path, receiver: Receiver) -> None:
    with simulator_process(tmp_path / "world.sqlite") as whatsapp:
        whatsapp.add_session("shop")
        whatsapp.add_cloud_app()
        whatsapp.write(MARINA, Letter(channel="shop", type="image", body="olha"))
        for number in range(20):
            body = {
                "session": "shop",
                "chatId": f"{MARINA}@c.us",
                "text": f"{number}",
                "id": f"3EB0{number:04}",
            }
            whatsapp.waha("POST", "/api/sendText", body)
        ledger, chat = whatsapp.ledger(), whatsapp.chat(MARINA, channel="shop")
        whatsapp.kill()
        whatsapp.start()
        assert whatsapp.ledger() == ledger
        assert [message.id for message in whatsapp.chat(MARINA, channel="shop")] == [m.id for m in chat]
        whatsapp.until(lambda: whatsapp.session_status("shop") == "WORKING")
        media_id = chat[0].media_id
        assert whatsapp._simulator("GET", f"media/{media_id}").startswith(b"\x89PNG")
        fresh = whatsapp.say(MARINA, "novo", channel="shop")
        assert fresh not in {message.id for message in chat}


def test_undelivered_cloud_webhooks_are_tried_after_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    store = tmp_path / "world.sqlite"
    with running_simulator(store_path=store, cloud_retry_seconds=(60,)) as whatsapp:
        whatsapp.add_cloud_app(callback_url=receiver.url, verify_token=VERIFY_TOKEN)
        receiver.statuses[:] = [503]
        whatsapp.say(MARINA, "Oi")
        whatsapp.until(lambda: receiver.hooks)
    with running_simulator(store_path=store) as whatsapp:
        whatsapp.until(lambda: len(receiver.cloud("messages")) == 2)


def test_the_same_seed_gives_the_same_ids(tmp_path: Path) -> None:
    ids = []
    for number in range(2):
        with running_simulator(seed=7, store_path=tmp_path / f"{number}.sqlite") as whatsapp:
            whatsapp.add_cloud_app()
            ids.append(whatsapp.say(MARINA, "Oi"))
    assert ids[0] == ids[1]


def test_reset_forgets_everything_but_the_cast(tmp_path: Path) -> None:
    with running_simulator(store_path=tmp_path / "world.sqlite") as whatsapp:
        whatsapp.add_session("shop")
        whatsapp.say(MARINA, "Oi")
        whatsapp.reset()
        state = whatsapp.state()
        assert (state["channels"], whatsapp.ledger()) == ([], [])
        assert any(person["wa_id"] == MARINA for person in state["people"])


def test_the_ledger_is_searched_and_paged(tmp_path: Path) -> None:
    with running_simulator(store_path=tmp_path / "world.sqlite") as whatsapp:
        whatsapp.add_session("shop")
        for number in range(5):
            body = {"session": "shop", "chatId": f"{MARINA}@c.us", "text": f"número {number}"}
            whatsapp.waha("POST", "/api/sendText", body)
        first = whatsapp.ledger(limit=2)
        rest = whatsapp.ledger(after=first[-1].seq, limit=10)
        assert [entry.body[-1] for entry in [*first, *rest]] == ["0", "1", "2", "3", "4"]
        assert [entry.body for entry in whatsapp.ledger(body="ero 3")] == ["número 3"]
        assert whatsapp.ledger(id=first[0].id) == first[:1]
        assert len(whatsapp.ledger(channel="waha:shop", api="waha", recipient=MARINA, type="text")) == 5
        assert whatsapp.ledger(channel="waha:other") == whatsapp.ledger(until=first[0].at - 1) == []
