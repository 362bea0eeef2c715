"""Endpoints that send what is composed of parts: polls, votes, lists, buttons, events, forwarded messages."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from parley.simulator.records import Json
from parley.simulator.waha.accepting import Acceptance, letter
from parley.simulator.waha.errors import bad_request
from parley.simulator.waha.happenings import Happenings
from parley.simulator.waha.requests import list_of, message_named, read_json, text_field
from parley.simulator.world import World

SOCKET_ENGINES = ("GOWS", "NOWEB")


class ComposingEndpoints:
    def __init__(self, world: World, acceptance: Acceptance, happenings: Happenings) -> None:
        self.world = world
        self.acceptance = acceptance
        self.happenings = happenings

    def routes(self) -> list[Route]:
        return [
            Route("/sendPoll", self.poll, methods=["POST"]),
            Route("/sendPollVote", self.poll_vote, methods=["POST"]),
            Route("/sendList", self.list, methods=["POST"]),
            Route("/sendButtons", self.buttons, methods=["POST"]),
            Route("/send/buttons/reply", self.button_reply, methods=["POST"]),
            Route("/forwardMessage", self.forward, methods=["POST"]),
            Route("/{session}/events", self.event, methods=["POST"]),
        ]

    async def poll(self, request: Request) -> Response:
        body = await read_json(request)
        poll = _part(body, "poll")
        options = poll.get("options")
        if not isinstance(options, list) or len(options) < 2:
            raise bad_request("poll.options must contain at least 2 elements")
        sent = letter("poll", text_field(poll, "name"), content={"poll": poll})
        return self.acceptance.accept(request, body, sent, order="poll")

    async def poll_vote(self, request: Request) -> Response:
        body = await read_json(request)
        session = self.acceptance.session_of(body)
        poll = message_named(self.world, session, text_field(body, "pollMessageId"))
        votes = body.get("votes")
        if not isinstance(votes, list):
            raise bad_request("votes must be an array")
        poll = self.happenings.vote(session, poll, None, [str(option) for option in votes])
        return self.acceptance.answer(request, session, poll)

    async def list(self, request: Request) -> Response:
        """A list in a chat of two; the browser engines have none."""
        body = await read_json(request)
        shown = _part(body, "message")
        if text_field(body, "chatId").endswith("@g.us"):
            raise bad_request("Lists can be sent to direct messages only")
        text = "\n".join(str(shown[name]) for name in ("title", "description") if shown.get(name))
        sent = letter("list", text, content={"list": shown})
        return self.acceptance.accept(request, body, sent, only=SOCKET_ENGINES)

    async def buttons(self, request: Request) -> Response:
        body = await read_json(request)
        parts = (body.get("header"), body.get("body") or body.get("text"), body.get("footer"))
        text = "\n".join(str(part) for part in parts if part)
        sent = letter("text", text, content={"buttons": list_of(body, "buttons")})
        return self.acceptance.accept(request, body, sent)

    async def button_reply(self, request: Request) -> Response:
        body = await read_json(request)
        body["reply_to"] = body.get("replyTo")
        chosen = {"choice": {"id": text_field(body, "selectedButtonID")}}
        sent = letter("button", text_field(body, "selectedDisplayText"), content=chosen)
        return self.acceptance.accept(request, body, sent, only=("WEBJS",))

    async def forward(self, request: Request) -> Response:
        body = await read_json(request)
        session = self.acceptance.session_of(body)
        known = message_named(self.world, session, text_field(body, "messageId"))
        copy = replace(
            known, from_us=True, forwarded=True, status="pending", status_at=0, source="api", reactions={},
            edited=False, starred=False, votes={}, participant="",
        )  # fmt: skip
        engines = ("WEBJS", "WPP", "NOWEB")
        return self.acceptance.accept(request, body, copy, order="forward", only=engines)

    async def event(self, request: Request) -> Response:
        """A calendar event, to be answered by the door of webhooks."""
        body = {**await read_json(request), "session": request.path_params["session"]}
        event = _part(body, "event")
        sent = letter("event", text_field(event, "name"), content={"event": event})
        return self.acceptance.accept(request, body, sent, order="poll", only=SOCKET_ENGINES)


def _part(body: Json, name: str) -> Json:
    part = body.get(name)
    if not isinstance(part, dict):
        raise bad_request(f"{name} must be an object")
    return part
