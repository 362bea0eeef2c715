"""Endpoints of chats: lists in each engine's shape, the overview, and what one does to a chat."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.records import Json, Message, Person, Session
from parley.simulator.traffic import Traffic
from parley.simulator.waha.happenings import Happenings
from parley.simulator.waha.history import with_store
from parley.simulator.waha.names import BROWSER_ENGINES, chat_id, full_id, is_group, jids
from parley.simulator.waha.paging import is_descending, page_of, whole, whole_in
from parley.simulator.waha.requests import (
    base_url_of,
    list_of,
    part_of,
    person_of_chat,
    read_json,
    working_session,
)
from parley.simulator.waha.shapes import WahaShapes
from parley.simulator.world import World

DAY = 24 * 3600
Found = tuple[Person, Message]


class ChatEndpoints:
    def __init__(self, world: World, traffic: Traffic, shapes: WahaShapes, happenings: Happenings) -> None:
        self.world = world
        self.traffic = traffic
        self.shapes = shapes
        self.happenings = happenings
        self.book = happenings.events.book

    def routes(self) -> list[Route]:
        return [
            Route("/{session}/chats", self.chats, methods=["GET"]),
            Route("/{session}/chats/overview", self.overview, methods=["GET", "POST"]),
            Route("/{session}/chats/{chat}", self.forget, methods=["DELETE"]),
            Route("/{session}/chats/{chat}/picture", self.picture, methods=["GET"]),
            Route("/{session}/chats/{chat}/messages", self.forget, methods=["DELETE"]),
            Route("/{session}/chats/{chat}/messages/read", self.read, methods=["POST"]),
            Route("/{session}/chats/{chat}/{verb:chatverb}", self.mark, methods=["POST"]),
        ]

    async def chats(self, request: Request) -> Response:
        """All chats, the one with the newest message first unless told otherwise."""
        session = with_store(working_session(self.world, request.path_params["session"]))
        found = self._found(session)
        match request.query_params.get("sortBy", "conversationTimestamp"):
            case "id":
                found.sort(key=lambda one: chat_id(session, one[0]), reverse=is_descending(request))
            case "name":
                found.sort(key=lambda one: one[0].name, reverse=is_descending(request))
            case _:
                found.sort(key=lambda one: one[1].at, reverse=is_descending(request))
        return JSONResponse([self._chat(session, *one) for one in page_of(request, found)])

    async def overview(self, request: Request) -> Response:
        session = with_store(working_session(self.world, request.path_params["session"]))
        limit, offset = whole(request, "limit", 20), whole(request, "offset", 0)
        ids = set(request.query_params.getlist("ids"))
        if request.method == "POST":
            body = await read_json(request)
            paging = part_of(body, "pagination")
            limit, offset = whole_in(paging, "limit", 20), whole_in(paging, "offset", 0)
            ids = {str(one) for one in list_of(part_of(body, "filter"), "ids")}
        found = [one for one in self._found(session) if not ids or chat_id(session, one[0]) in ids]
        found.sort(key=lambda one: one[1].at, reverse=True)
        rows = [self._summary(request, session, *one) for one in found[offset : offset + limit]]
        return JSONResponse(rows, status_code=201 if request.method == "POST" else 200)

    def _found(self, session: Session) -> list[Found]:
        """Every chat of the session with its newest message."""
        return [
            (person, self.world.chat(session.channel, person.wa_id)[-1])
            for person in list(self.world.people.values())
            if (session.channel, person.wa_id) in self.world.chats
        ]

    def _summary(self, request: Request, session: Session, person: Person, last: Message) -> Json:
        return {
            "id": chat_id(session, person),
            "name": self.book.name_of(session.channel, person),
            "picture": None,
            "lastMessage": self.shapes.message(session, last, base_url=base_url_of(request)),
            "_chat": self._chat(session, person, last),
        }

    def _chat(self, session: Session, person: Person, last: Message) -> Json:
        """A chat as its engine shows it."""
        chat, name = chat_id(session, person), self.book.name_of(session.channel, person)
        if session.engine not in BROWSER_ENGINES:
            jid = jids(session, person)[0]
            return {"id": jid if session.engine == "NOWEB" else chat, "name": name,
                    "conversationTimestamp": int(last.at)}  # fmt: skip
        user, _, server = chat.partition("@")
        unread = sum(
            not message.from_us and message.status != "read"
            for message in self.world.chat(session.channel, person.wa_id)
        )
        return {
            "id": {"server": server, "user": user, "_serialized": chat},
            "name": name,
            "isGroup": is_group(person.wa_id),
            "timestamp": int(last.at),
            "unreadCount": unread,
            "archived": self.book.mark(session.channel, person.wa_id).archived,
            "pinned": False,
            "isMuted": False,
        }

    async def read(self, request: Request) -> Response:
        """Mark as read at most `messages` of the last `days`; answers which."""
        session = working_session(self.world, request.path_params["session"])
        person = person_of_chat(self.world, request.path_params["chat"])
        limit, days = whole(request, "messages", 30), whole(request, "days", 7)
        since = self.world.now() - days * DAY
        chat = self.world.chat(session.channel, person.wa_id)
        unread = [m for m in chat if not m.from_us and m.status != "read" and m.at >= since][-limit:]
        self.traffic.see(session.channel, person.wa_id)
        return JSONResponse({"ids": [full_id(self.world, session, m) for m in unread]}, status_code=201)

    async def mark(self, request: Request) -> Response:
        """Archive, take out of the archive, or mark as unread."""
        session = working_session(self.world, request.path_params["session"])
        person = person_of_chat(self.world, request.path_params["chat"])
        mark = self.book.mark(session.channel, person.wa_id)
        verb = request.path_params["verb"]
        if verb == "unread":
            self.book.save_mark(replace(mark, unread=True))
        else:
            self.book.save_mark(replace(mark, archived=verb == "archive"))
            self.happenings.archived(session, person, archived=verb == "archive")
        return JSONResponse({"success": True}, status_code=201)

    async def forget(self, request: Request) -> Response:
        """Delete a chat, or all that stands in it, on our side."""
        session = working_session(self.world, request.path_params["session"])
        person = person_of_chat(self.world, request.path_params["chat"])
        self.world.forget_chat(session.channel, person.wa_id)
        return JSONResponse({"success": True})

    async def picture(self, request: Request) -> Response:
        working_session(self.world, request.path_params["session"])
        return JSONResponse({"url": None})
