"""Endpoints that read back: chats, messages, contacts, hidden ids, files; and edits of what was sent."""

from typing import TypeVar

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.numbers import digits_of
from parley.simulator.records import Json, Message, Person, Session
from parley.simulator.traffic import Traffic
from parley.simulator.waha.errors import bad_request, not_found
from parley.simulator.waha.requests import (
    base_url_of,
    message_named,
    person_of_chat,
    read_json,
    text_field,
    working_session,
)
from parley.simulator.waha.shapes import ACK_NAMES, WahaShapes, ack_of, chat_id
from parley.simulator.world import World

Row = TypeVar("Row")


class ReadingEndpoints:
    def __init__(self, world: World, traffic: Traffic, shapes: WahaShapes) -> None:
        self.world = world
        self.traffic = traffic
        self.shapes = shapes

    def routes(self) -> list[Route]:
        return [
            Route("/contacts/check-exists", self.check_exists, methods=["GET"]),
            Route("/checkNumberStatus", self.check_exists, methods=["GET"]),
            Route("/contacts/all", self.contacts, methods=["GET"]),
            Route("/contacts", self.contact, methods=["GET"]),
            Route("/contacts/profile-picture", self.picture, methods=["GET"]),
            Route("/files/{session}/{name}", self.file, methods=["GET"]),
            Route("/{session}/lids", self.lids, methods=["GET"]),
            Route("/{session}/lids/count", self.lids_count, methods=["GET"]),
            Route("/{session}/lids/pn/{phone}", self.lid_of_phone, methods=["GET"]),
            Route("/{session}/lids/{lid}", self.phone_of_lid, methods=["GET"]),
            Route("/{session}/chats", self.chats, methods=["GET"]),
            Route("/{session}/chats/overview", self.chats, methods=["GET"]),
            Route("/{session}/chats/{chat}/picture", self.picture, methods=["GET"]),
            Route("/{session}/chats/{chat}/messages", self.messages, methods=["GET"]),
            Route("/{session}/chats/{chat}/messages/read", self.read, methods=["POST"]),
            Route("/{session}/chats/{chat}/messages/{message}", self.message, methods=["GET"]),
            Route("/{session}/chats/{chat}/messages/{message}", self.edit, methods=["PUT"]),
            Route("/{session}/chats/{chat}/messages/{message}", self.revoke, methods=["DELETE"]),
        ]

    async def check_exists(self, request: Request) -> Response:
        working_session(self.world, request.query_params.get("session", "default"))
        digits = digits_of(request.query_params.get("phone", ""))
        if not digits:
            raise bad_request("phone should not be empty")
        person = self.world.known_person(digits)
        exists = person.registered if person else 8 <= len(digits) <= 15
        if not exists:
            return JSONResponse({"numberExists": False})
        return JSONResponse({"numberExists": True, "chatId": f"{person.wa_id if person else digits}@c.us"})

    async def contacts(self, request: Request) -> Response:
        session = working_session(self.world, request.query_params.get("session", "default"))
        people = self._page(request, list(self.world.people.values()))
        return JSONResponse([self._contact(session, person) for person in people])

    async def contact(self, request: Request) -> Response:
        session = working_session(self.world, request.query_params.get("session", "default"))
        person = person_of_chat(self.world, request.query_params.get("contactId", ""))
        return JSONResponse(self._contact(session, person))

    @staticmethod
    def _contact(session: Session, person: Person) -> Json:
        named = "pushname" if session.engine == "NOWEB" else "pushName"
        return {
            "id": f"{person.wa_id}@c.us",
            "lid": f"{person.lid}@lid",
            "name": person.name,
            named: person.name,
        }

    async def picture(self, request: Request) -> Response:
        name = "profilePictureURL" if "profile-picture" in request.url.path else "url"
        return JSONResponse({name: None})

    async def lids(self, request: Request) -> Response:
        working_session(self.world, request.path_params["session"])
        people = self._page(request, list(self.world.people.values()))
        return JSONResponse([pair(person) for person in people])

    async def lids_count(self, request: Request) -> Response:
        working_session(self.world, request.path_params["session"])
        return JSONResponse({"count": len(self.world.people)})

    async def phone_of_lid(self, request: Request) -> Response:
        working_session(self.world, request.path_params["session"])
        lid = request.path_params["lid"]
        person = self.world.person_by_lid(lid)
        return JSONResponse(pair(person) if person else {"lid": f"{lid.partition('@')[0]}@lid", "pn": None})

    async def lid_of_phone(self, request: Request) -> Response:
        working_session(self.world, request.path_params["session"])
        digits = digits_of(request.path_params["phone"])
        person = self.world.known_person(digits)
        return JSONResponse(pair(person) if person else {"lid": None, "pn": f"{digits}@c.us"})

    async def chats(self, request: Request) -> Response:
        session = working_session(self.world, request.path_params["session"])
        found = [
            (person, self.world.chat(session.channel, person.wa_id)[-1])
            for person in list(self.world.people.values())
            if (session.channel, person.wa_id) in self.world.chats
        ]
        found.sort(key=lambda pair: pair[1].at, reverse=True)
        base_url = base_url_of(request)
        return JSONResponse(
            [
                {
                    "id": chat_id(session, person),
                    "name": person.name,
                    "picture": None,
                    "conversationTimestamp": int(last.at),
                    "lastMessage": self.shapes.message(session, last, base_url=base_url),
                    "_chat": {"id": chat_id(session, person), "conversationTimestamp": int(last.at)},
                }
                for person, last in self._page(request, found)
            ]
        )

    async def messages(self, request: Request) -> Response:
        """History with WAHA's filters, newest first unless `sortOrder=asc`. `all` names every chat."""
        session = working_session(self.world, request.path_params["session"])
        chat = request.path_params["chat"]
        if chat == "all":
            rows = [m for m in self.world.messages.values() if m.channel == session.channel]
        else:
            rows = self.world.chat(session.channel, person_of_chat(self.world, chat).wa_id)
        rows = [message for message in rows if self._passes(request, message)]
        rows.sort(
            key=lambda message: message.at, reverse=request.query_params.get("sortOrder", "desc") != "asc"
        )
        page = self._page(request, rows)
        return JSONResponse([self._shown(request, session, message) for message in page])

    @staticmethod
    def _passes(request: Request, message: Message) -> bool:
        query = request.query_params
        at = int(message.at)
        return (
            at >= float(query.get("filter.timestamp.gte", at))
            and at <= float(query.get("filter.timestamp.lte", at))
            and query.get("filter.fromMe", str(message.from_us)).lower() == str(message.from_us).lower()
            and query.get("filter.ack", str(ack_of(message)))
            in {str(ack_of(message)), ACK_NAMES[ack_of(message)]}
        )

    async def message(self, request: Request) -> Response:
        session = working_session(self.world, request.path_params["session"])
        message = message_named(self.world, session, request.path_params["message"])
        return JSONResponse(self._shown(request, session, message))

    async def read(self, request: Request) -> Response:
        session = working_session(self.world, request.path_params["session"])
        person = person_of_chat(self.world, request.path_params["chat"])
        unread = [m for m in self.world.chat(session.channel, person.wa_id) if not m.from_us]
        self.traffic.see(session.channel, person.wa_id)
        chat = chat_id(session, person)
        return JSONResponse(
            {"ids": [f"false_{chat}_{message.id}" for message in unread[-30:]]}, status_code=201
        )

    async def edit(self, request: Request) -> Response:
        session, message = self._own_message(request)
        edited = self.traffic.edit(message, text_field(await read_json(request), "text"))
        return JSONResponse(self.shapes.send_answer(session, edited, base_url=base_url_of(request)))

    async def revoke(self, request: Request) -> Response:
        session, message = self._own_message(request)
        self.traffic.revoke(message)
        return JSONResponse(self.shapes.send_answer(session, replace(message, body=""), base_url=""))

    async def file(self, request: Request) -> Response:
        """A file's bytes; gone once its address has lived its time."""
        name: str = request.path_params["name"]
        media = self.world.media.get(name.partition(".")[0])
        data = self.world.journal.media_data(media.id) if media else None
        if media is None or data is None or self._is_over(media.offered_at):
            raise not_found(f"File not found: {name}")
        return Response(data, media_type=media.mime_type)

    def _is_over(self, offered_at: float) -> bool:
        return self.world.now() - offered_at > self.world.configuration.file_seconds

    def _own_message(self, request: Request) -> tuple[Session, Message]:
        session = working_session(self.world, request.path_params["session"])
        message = message_named(self.world, session, request.path_params["message"])
        if not message.from_us:
            raise bad_request("Only own messages can be changed")
        return session, message

    def _shown(self, request: Request, session: Session, message: Message) -> Json:
        wants_media = request.query_params.get("downloadMedia", "true").lower() == "true"
        if message.media_id is not None and wants_media:
            self.world.offer_media(message.media_id)
        shown = self.shapes.message(session, message, base_url=base_url_of(request))
        return shown if wants_media else {**shown, "media": None}

    @staticmethod
    def _page(request: Request, rows: list[Row]) -> list[Row]:
        limit = int(request.query_params.get("limit", 100))
        offset = int(request.query_params.get("offset", 0))
        return rows[offset : offset + limit]


def pair(person: Person) -> Json:
    return {"lid": f"{person.lid}@lid", "pn": f"{person.wa_id}@c.us"}
