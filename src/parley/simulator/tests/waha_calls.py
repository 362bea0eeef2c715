"""One call of everything in WAHA, each answer held against WAHA's own documents."""

import base64
from typing import Any

from parley.simulator.people.phones import Letter
from parley.simulator.testing import Simulator
from parley.simulator.tests.waha_contract import DOCUMENTS, Answer, call, contract, filled

MARINA = "5519998761234"
CHAT = f"{MARINA}@c.us"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 40).decode()

A_LIST = "a list; only NOWEB answers with an object, keyed by the groups' ids (captured)"
# Answers that are the engine's own object in spite of the document (WAHA issue 760 and captures).
RAW = {
    "GOWS": {
        ("POST", "/api/sendText"): "whatsmeow's Info and Message under `_data`, beside the id",
        ("POST", "/api/{session}/events"): "not captured; taken to be as sendText",
        ("GET", "/api/{session}/groups"): A_LIST,
    },
    "NOWEB": {
        ("POST", "/api/sendText"): "Baileys' message: no `id` at the top, it is in `key`",
    },
    "WEBJS": {
        ("POST", "/api/sendText"): "whatsapp-web.js's message, whose `id` is an object",
        ("POST", "/api/forwardMessage"): "the same",
        ("GET", "/api/{session}/groups"): A_LIST,
    },
    "WPP": {
        ("POST", "/api/sendText"): "not captured; taken to be as in WEBJS",
        ("POST", "/api/forwardMessage"): "the same",
        ("GET", "/api/{session}/groups"): A_LIST,
    },
}
NOT_SIMULATED = {
    "/api/keys": "one key opens everything here",
    "/api/apps": "built-in integrations of WAHA",
    "/api/server/stop": "the simulator is stopped by who started it",
    "/api/server/environment": "there is no such environment",
    "/api/server/debug": "there is nothing to debug",
    "/api/{session}/channels": "broadcast channels are not conversations; the list is empty",
    "/api/{session}/media/convert": "no transcoder",
    "/mcp": "another protocol",
}  # fmt: skip


class Caller:
    """Calls WAHA, and keeps what the documents have against the answers."""

    def __init__(self, whatsapp: Simulator, engine: str) -> None:
        self.whatsapp = whatsapp
        self.engine = engine
        self.called: set[tuple[str, str]] = set()
        self.complaints: list[str] = []
        self.departed: set[tuple[str, str]] = set()

    def __call__(self, method: str, path: str, body: object = None, *, query: str = "", **values: str) -> Any:
        given = {"session": "shop", "chatId": CHAT, "contact": CHAT, **values}
        answer = call(self.whatsapp, method, filled(path, given) + query, body)
        assert answer.status < 500, (method, path, answer)
        self._hold(method, path, answer)
        return answer.body

    def _hold(self, method: str, path: str, answer: Answer) -> None:
        self.called.add((method, path))
        for version in DOCUMENTS:
            if (method, path) not in contract(version).operations():
                continue
            found = contract(version).complaints(method, path, answer)
            if found and (method, path) in RAW[self.engine]:
                self.departed.add((method, path))
            elif version == "2026.7.1" or not _is_younger(found):
                self.complaints += [f"{version} {method} {path}: {one}" for one in found]


def _is_younger(found: list[str]) -> bool:
    """Whether only the status is not that of 2024, when commands answered 201 without being asked."""
    return all("status" in one for one in found)


def go_through(ask: Caller, whatsapp: Simulator, *, can_forward: bool, is_browser: bool) -> None:
    """One call of everything that the session's engine can do."""
    to = {"session": "shop", "chatId": CHAT}
    sessions(ask)
    written = f"false_{CHAT}_{whatsapp.write(MARINA, Letter(body='Oi', channel='shop'))}"
    sent = ask("GET", "/api/{session}/new-message-id")["id"]
    ask("POST", "/api/sendText", {**to, "text": "Olá", "id": sent, "reply_to": written})
    sends(ask, to, written)
    composed(ask, to)
    if is_browser:
        browsers(ask, to)
    else:
        sockets(ask, to)
    if can_forward:
        ask("POST", "/api/forwardMessage", {**to, "messageId": written})
    chats(ask, f"true_{CHAT}_{sent}")
    people(ask)
    groups(ask)
    labels_and_rest(ask)


def sends(ask: Caller, to: dict[str, str], written: str) -> None:
    ask("GET", "/api/sendText", query=f"?session=shop&phone={MARINA}&text=Oi")
    ask("POST", "/api/reply", {**to, "text": "Olá", "reply_to": written})
    file = {"mimetype": "image/png", "filename": "mesa.png", "data": PNG}
    for name in ("sendImage", "sendFile", "sendVoice", "sendVideo"):
        ask("POST", f"/api/{name}", {**to, "file": file, "caption": "Mesa"})
    ask("POST", "/api/sendLocation", {**to, "latitude": -22.9, "longitude": -47.06, "title": "Loja"})
    ask("POST", "/api/sendContactVcard", {**to, "contacts": [{"fullName": "Ana", "phoneNumber": "+5519"}]})
    ask("PUT", "/api/reaction", {"session": "shop", "messageId": written, "reaction": "🙏"})
    ask("PUT", "/api/star", {**to, "messageId": written, "star": True})
    for name in ("sendSeen", "startTyping", "stopTyping"):
        ask("POST", f"/api/{name}", to)


def composed(ask: Caller, to: dict[str, str]) -> None:
    poll = {"name": "Madeira?", "options": ["Carvalho", "Ipê"], "multipleAnswers": False}
    ask("POST", "/api/sendPoll", {**to, "poll": poll, "id": "3EB0POLL"})
    ask("POST", "/api/sendPollVote", {**to, "pollMessageId": f"true_{CHAT}_3EB0POLL", "votes": ["Ipê"]})
    ask("POST", "/api/sendButtons", {**to, "header": "A", "body": "B", "footer": "C", "buttons": []})
    ask("POST", "/api/sendLinkPreview", {**to, "url": "https://example.com", "title": "Loja"})


def browsers(ask: Caller, to: dict[str, str]) -> None:
    if ask.engine == "WEBJS":
        reply = {**to, "selectedDisplayText": "Sim", "selectedButtonID": "yes"}
        ask("POST", "/api/send/buttons/reply", reply)
    ask("GET", "/api/screenshot", query="?session=shop")


def sockets(ask: Caller, to: dict[str, str]) -> None:
    rows = [{"title": "Sala", "rows": [{"title": "Mesa", "rowId": "1"}]}]
    ask("POST", "/api/sendList", {**to, "message": {"title": "A", "button": "B", "sections": rows}})
    preview = {"url": "https://example.com", "title": "Loja"}
    ask("POST", "/api/send/link-custom-preview", {**to, "text": "veja", "preview": preview})
    ask("POST", "/api/{session}/events", {**to, "event": {"name": "Entrega", "startTime": 1}})


def sessions(ask: Caller) -> None:
    ask("POST", "/api/sessions", {"name": "second", "start": False})
    for verb in ("start", "restart", "logout", "stop"):
        ask("POST", f"/api/sessions/{{session}}/{verb}", session="second")
    ask("POST", "/api/sessions/start", {"name": "second"})
    ask("POST", "/api/sessions/logout", {"name": "second"})
    ask("POST", "/api/sessions/stop", {"name": "second", "logout": True})
    ask("PUT", "/api/sessions/{session}", {"config": {"metadata": {"tenant": "1"}}}, session="second")
    ask("DELETE", "/api/sessions/{session}", session="second")
    ask("GET", "/api/sessions", query="?all=true")
    ask("GET", "/api/sessions/{session}")
    ask("GET", "/api/sessions/{session}/me")
    for path in ("/ping", "/health", "/api/server/version", "/api/version", "/api/server/status"):
        ask("GET", path)


def chats(ask: Caller, ours: str) -> None:
    ask("GET", "/api/{session}/chats", query="?limit=5&sortBy=name&sortOrder=asc")
    ask("GET", "/api/{session}/chats/overview", query="?limit=5")
    body = {"pagination": {"limit": 5, "offset": 0}, "filter": {"ids": [CHAT]}}
    assert len(ask("POST", "/api/{session}/chats/overview", body)) == 1
    history = ask("GET", "/api/{session}/chats/{chatId}/messages", query="?limit=50")
    assert len(history) > 9
    ask("GET", "/api/messages", query=f"?session=shop&chatId={MARINA}%40c.us&limit=5")
    ask("GET", "/api/{session}/chats/{chatId}/messages/{messageId}", messageId=ours)
    for verb in ("pin", "unpin"):
        path = f"/api/{{session}}/chats/{{chatId}}/messages/{{messageId}}/{verb}"
        ask("POST", path, {"duration": 86400}, messageId=ours)
    ask("PUT", "/api/{session}/chats/{chatId}/messages/{messageId}", {"text": "Olá!"}, messageId=ours)
    ask("DELETE", "/api/{session}/chats/{chatId}/messages/{messageId}", messageId=ours)
    ask("POST", "/api/{session}/chats/{chatId}/messages/read", query="?messages=30&days=7")
    ask("GET", "/api/{session}/chats/{chatId}/picture")
    for verb in ("archive", "unarchive", "unread"):
        ask("POST", f"/api/{{session}}/chats/{{chatId}}/{verb}")
    ask("DELETE", "/api/{session}/chats/{chatId}/messages")
    ask("DELETE", "/api/{session}/chats/{chatId}")


def people(ask: Caller) -> None:
    for path in ("", "/all", "/about", "/profile-picture"):
        ask("GET", f"/api/contacts{path}", query=f"?session=shop&contactId={MARINA}%40c.us")
    for path in ("/api/contacts/check-exists", "/api/checkNumberStatus"):
        ask("GET", path, query=f"?session=shop&phone={MARINA}")
    for verb in ("block", "unblock"):
        ask("POST", f"/api/contacts/{verb}", {"session": "shop", "contactId": CHAT})
    ask("GET", "/api/{session}/contacts/{id}", id=CHAT)
    ask("PUT", "/api/{session}/contacts/{chatId}", {"firstName": "Marina", "lastName": "S."})
    ask("GET", "/api/{session}/lids", query="?limit=3")
    ask("GET", "/api/{session}/lids/count")
    lid = ask("GET", "/api/{session}/lids/pn/{phoneNumber}", phoneNumber=MARINA)["lid"]
    ask("GET", "/api/{session}/lids/{lid}", lid=lid)
    ask("POST", "/api/{session}/presence", {"presence": "online"})
    ask("POST", "/api/{session}/presence/{chatId}/subscribe")
    ask.whatsapp.show_presence(MARINA, "typing", channel="shop")
    ask("GET", "/api/{session}/presence")
    ask("GET", "/api/{session}/presence/{chatId}")


def groups(ask: Caller) -> None:
    group = "/api/{session}/groups/{id}"
    ask("POST", "/api/{session}/groups", {"name": "Obra", "participants": [{"id": CHAT}]})
    known = ask("GET", "/api/{session}/groups", query="?limit=5")
    assert isinstance(known, dict if ask.engine == "NOWEB" else list)
    people = ask.whatsapp._simulator("GET", "people")
    (id_,) = [one["wa_id"] for one in people if one["wa_id"].endswith("@g.us")]
    ask("GET", "/api/{session}/groups/count")
    ask("POST", "/api/{session}/groups/refresh")
    ask("GET", group, id=id_)
    ask("PUT", f"{group}/subject", {"subject": "Obra 2"}, id=id_)
    ask("PUT", f"{group}/description", {"description": "Sala"}, id=id_)
    for name in ("info-admin-only", "messages-admin-only"):
        ask("PUT", f"{group}/settings/security/{name}", {"adminsOnly": True}, id=id_)
        ask("GET", f"{group}/settings/security/{name}", id=id_)
    code = ask("GET", f"{group}/invite-code", id=id_)
    ask("GET", "/api/{session}/groups/join-info", query=f"?code={code}")
    code = ask("POST", f"{group}/invite-code/revoke", id=id_)
    for method, body in (("GET", None), ("PUT", {"file": {}}), ("DELETE", None)):
        ask(method, f"{group}/picture", body, id=id_)
    ask("GET", f"{group}/participants", id=id_)
    members = {"participants": [{"id": "5511912345678@c.us"}]}
    for path in ("participants/add", "admin/promote", "admin/demote", "participants/remove"):
        ask("POST", f"{group}/{path}", members, id=id_)
    assert ask("GET", f"{group}/participants/v2", id=id_)[0]["role"] == "participant"
    ask("POST", f"{group}/leave", id=id_)
    ask("POST", "/api/{session}/groups/join", {"code": code})
    ask("DELETE", group, id=id_)


def labels_and_rest(ask: Caller) -> None:
    label = ask("POST", "/api/{session}/labels", {"name": "Lead", "color": 3})["id"]
    ask("GET", "/api/{session}/labels")
    ask("PUT", "/api/{session}/labels/{labelId}", {"name": "Cliente", "colorHex": "#64c4ff"}, labelId=label)
    ask("PUT", "/api/{session}/labels/chats/{chatId}", {"labels": [{"id": label}]})
    assert ask("GET", "/api/{session}/labels/chats/{chatId}")[0]["name"] == "Cliente"
    ask("GET", "/api/{session}/labels/{labelId}/chats", labelId=label)
    ask("DELETE", "/api/{session}/labels/{labelId}", labelId=label)
    ask("POST", "/api/{session}/calls/reject", {"from": CHAT, "id": "A" * 32})
    ask("GET", "/api/{session}/profile")
    ask("PUT", "/api/{session}/profile/name", {"name": "Casa Lume"})
    ask("PUT", "/api/{session}/profile/status", {"status": "Móveis"})
    ask("PUT", "/api/{session}/profile/picture", {"file": {}})
    ask("DELETE", "/api/{session}/profile/picture")
    for kind in ("text", "image", "voice", "video", "delete"):
        ask("POST", f"/api/{{session}}/status/{kind}", {"text": "Olá"})
    ask("GET", "/api/{session}/status/new-message-id")
    ask("GET", "/api/{session}/channels")
