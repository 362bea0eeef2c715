"""Two published clients of WAHA drive the simulator: what they get right works, the rest is refused."""

import base64
from collections.abc import Iterator

import pytest
from waha import WahaClient
from waha.exceptions import WahaAPIError, WahaAuthenticationError
from waha.types import Base64File, SessionStatus
from waha_python import WAHAAuthenticationError, WAHAClient, WAHAClientError, WAHANotFoundError

from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator

MARINA = "5519998761234"
CHAT = f"{MARINA}@c.us"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 40).decode()


@pytest.fixture
def waha(whatsapp: Simulator) -> Iterator[WahaClient]:
    """`waha` 1.0.5 reads strictly: it needs the documented answer to a send."""
    whatsapp.add_session("default", engine="WEBJS")
    whatsapp._simulator("PUT", "waha/sessions/default/quirks", {"answers": "documented"})
    with WahaClient(whatsapp.url, api_key=whatsapp.api_key) as client:
        yield client


@pytest.fixture
def waha_python(whatsapp: Simulator) -> Iterator[WAHAClient]:
    whatsapp.add_session("default", engine="NOWEB")
    with WAHAClient(whatsapp.url, api_key=whatsapp.api_key) as client:
        yield client


def test_waha_sends_and_reads_messages(whatsapp: Simulator, waha: WahaClient) -> None:
    sent = waha.messages.send_text(CHAT, "Olá Marina")
    assert sent.fromMe
    assert sent.body == "Olá Marina"
    written = whatsapp.say(MARINA, "Oi!")
    waha.messages.react(f"false_{CHAT}_{written}", "🙏")
    waha.messages.send_seen(CHAT)
    waha.messages.start_typing(CHAT)
    waha.messages.stop_typing(CHAT)
    waha.messages.send_image(CHAT, Base64File(mimetype="image/png", data=PNG), caption="Mesa")
    waha.messages.send_location(CHAT, -22.9, -47.06, title="Loja")
    forwarded = waha.messages.forward_message(f"false_{CHAT}_{written}", CHAT)
    assert forwarded.body == "Oi!"
    history = waha.chats.get_messages(CHAT, limit=10)
    assert len(history) == 5
    assert {message.id for message in history} >= {sent.id, forwarded.id}
    assert [entry.type for entry in whatsapp.ledger()] == ["text", "reaction", "image", "location", "text"]


def test_waha_manages_sessions(whatsapp: Simulator, waha: WahaClient) -> None:
    assert [session.status for session in waha.sessions.list()] == [SessionStatus.WORKING]
    waha.sessions.create("second", start=False)
    assert waha.sessions.get("second").status == SessionStatus.STOPPED
    waha.sessions.start("second")
    whatsapp.until(lambda: waha.sessions.get("second").status == SessionStatus.SCAN_QR_CODE)
    waha.auth.request_code("second", "551932110000")
    waha.sessions.delete("second")
    me = waha.sessions.get_me("default")
    assert me is not None
    assert me.id == "551932110000@c.us"
    assert waha.profile.get().name == "Casa Lume"
    assert waha.profile.set_name("Lume").success
    assert waha.contacts.check_exists(MARINA).chatId == CHAT
    waha.labels.create("Lead", color=3)
    assert waha.labels.list()[0]["name"] == "Lead"
    waha.presence.set_online()


def test_what_waha_gets_wrong_is_refused(whatsapp: Simulator, waha: WahaClient) -> None:
    with pytest.raises(WahaAPIError, match="not found"):
        waha.chats.list()  # /api/chats, which WAHA does not have
    with pytest.raises(WahaAPIError):
        waha.messages.send_poll(CHAT, "Madeira?", ["Carvalho", "Ipê"])  # the poll as a text
    with WahaClient(whatsapp.url, api_key="wrong") as stranger, pytest.raises(WahaAuthenticationError):
        stranger.sessions.list()


def test_waha_python_sends_and_changes_messages(whatsapp: Simulator, waha_python: WAHAClient) -> None:
    sent = waha_python.messages.send_text("default", CHAT, "Olá")["key"]["id"]
    ours = f"true_{CHAT}_{sent}"
    poll = {"name": "Madeira?", "options": ["Carvalho", "Ipê"], "multipleAnswers": False}
    assert waha_python.messages.send_poll("default", CHAT, poll)["id"].startswith("true_")
    card = {"fullName": "Ana", "phoneNumber": "+55 19 3255-0101"}
    waha_python.messages.send_contact("default", CHAT, [card])
    waha_python.messages.edit_message("default", CHAT, ours, "Olá Marina")
    waha_python.messages.star_message("default", CHAT, ours)
    waha_python.messages.pin_message("default", CHAT, ours)
    waha_python.messages.unpin_message("default", CHAT, ours)
    waha_python.messages.add_reaction("default", ours, "👍")
    waha_python.messages.send_seen("default", CHAT)
    assert whatsapp.chat(MARINA)[0].body == "Olá Marina"
    waha_python.messages.delete_message("default", CHAT, ours)
    first, asked, shared = whatsapp.chat(MARINA)
    assert first.revoked
    assert asked.content["poll"]["options"] == ["Carvalho", "Ipê"]
    assert shared.contacts[0]["name"] == "Ana"


def test_waha_python_reads_chats_and_contacts(whatsapp: Simulator, waha_python: WAHAClient) -> None:
    written = whatsapp.write(MARINA, Letter(type="image", body="olha"))
    waha_python.chats.archive("default", CHAT)
    waha_python.chats.unarchive("default", CHAT)
    assert waha_python.chats.list("default")[0]["name"] == "Marina Souza"
    assert waha_python.chats.get_overview("default")[0]["lastMessage"]["body"] == "olha"
    (message,) = waha_python.chats.get_messages("default", CHAT, limit=5)
    assert message["hasMedia"]
    found = waha_python.chats.get_message("default", CHAT, f"false_{CHAT}_{written}", download_media=True)
    assert found["media"]["mimetype"] == "image/png"
    assert waha_python.chats.read_messages("default", CHAT)["ids"] == [message["id"]]
    assert waha_python.chats.get_picture("default", CHAT) == {"url": None}
    assert len(waha_python.contacts.list_all("default", limit=3)) == 3
    assert waha_python.contacts.get_contact("default", CHAT)["pushname"] == "Marina Souza"
    waha_python.contacts.update("default", CHAT, "Marina", "S.")
    assert waha_python.contacts.get_contact("default", CHAT)["name"] == "Marina S."
    assert waha_python.contacts.check_exists("default", MARINA)["numberExists"]
    waha_python.contacts.get_about("default", CHAT)


def test_waha_python_manages_groups(whatsapp: Simulator, waha_python: WAHAClient) -> None:
    order = {"subject": "Obra", "members": [MARINA]}
    group = whatsapp._simulator("POST", "waha/sessions/default/groups", order)["id"]
    assert waha_python.groups.get("default", group)["subject"] == "Obra"
    waha_python.groups.update_subject("default", group, "Obra 2")
    waha_python.groups.update_description("default", group, "Sala")
    waha_python.groups.add_participants("default", group, ["5511912345678@c.us"])
    waha_python.groups.promote_admin("default", group, ["5511912345678@c.us"])
    told = waha_python.groups.get("default", group)
    assert (told["subject"], told["desc"], told["size"]) == ("Obra 2", "Sala", 3)
    waha_python.groups.leave("default", group)
    assert whatsapp.waha("GET", "/api/default/groups") == {}


def test_what_waha_python_gets_wrong_is_refused(whatsapp: Simulator, waha_python: WAHAClient) -> None:
    with pytest.raises(WAHAClientError, match="name"):
        waha_python.groups.create("default", "Obra", ["1@c.us"])  # WAHA wants `name`
    with pytest.raises(WAHANotFoundError):
        waha_python.channels.delete("default", "1@newsletter")
    with WAHAClient(whatsapp.url, api_key="wrong") as stranger, pytest.raises(WAHAAuthenticationError):
        stranger.contacts.get_contact("default", CHAT)
