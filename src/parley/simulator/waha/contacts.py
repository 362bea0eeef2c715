"""Endpoints of people: contacts, who is on WhatsApp, hidden ids, presence."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parley.simulator.numbers import digits_of
from parley.simulator.records import Json, Person, Session
from parley.simulator.waha.errors import bad_request, not_found
from parley.simulator.waha.events import WahaEvents
from parley.simulator.waha.history import has_store
from parley.simulator.waha.names import BROWSER_ENGINES
from parley.simulator.waha.paging import is_descending, page_of
from parley.simulator.waha.requests import person_of_chat, read_json, text_field, working_session
from parley.simulator.world import World

ABOUT = "Hey there! I am using WhatsApp."


class ContactEndpoints:
    def __init__(self, world: World, events: WahaEvents) -> None:
        self.world = world
        self.events = events
        self.book = events.book

    def routes(self) -> list[Route]:
        return [
            Route("/contacts/check-exists", self.check_exists, methods=["GET"]),
            Route("/checkNumberStatus", self.check_exists, methods=["GET"]),
            Route("/contacts/all", self.contacts, methods=["GET"]),
            Route("/contacts", self.contact, methods=["GET"]),
            Route("/contacts/about", self.about, methods=["GET"]),
            Route("/contacts/profile-picture", self.picture, methods=["GET"]),
            Route("/contacts/block", self.block, methods=["POST"]),
            Route("/contacts/unblock", self.block, methods=["POST"]),
            Route("/{session}/contacts/{contact}", self.contact_by_path, methods=["GET"]),
            Route("/{session}/contacts/{contact}", self.update, methods=["PUT"]),
            Route("/{session}/lids", self.lids, methods=["GET"]),
            Route("/{session}/lids/count", self.lids_count, methods=["GET"]),
            Route("/{session}/lids/pn/{phone}", self.lid_of_phone, methods=["GET"]),
            Route("/{session}/lids/{lid}", self.phone_of_lid, methods=["GET"]),
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
        """All contacts. NOWEB without its store answers 200 with no byte at all."""
        session = self._by_query(request)
        if not has_store(session):
            return Response(status_code=200)
        people = self._people()
        if request.query_params.get("sortBy") == "name":
            people.sort(key=lambda person: person.name, reverse=is_descending(request, default="asc"))
        return JSONResponse([self._contact(session, person) for person in page_of(request, people)])

    async def contact(self, request: Request) -> Response:
        return self._shown(self._by_query(request), request.query_params.get("contactId", ""))

    async def contact_by_path(self, request: Request) -> Response:
        session = working_session(self.world, request.path_params["session"])
        return self._shown(session, request.path_params["contact"])

    def _shown(self, session: Session, contact: str) -> Response:
        if not has_store(session):
            raise not_found(f"Contact {contact} not found")
        return JSONResponse(self._contact(session, person_of_chat(self.world, contact)))

    def _contact(self, session: Session, person: Person) -> Json:
        """A contact; only the browser engines know much of it."""
        name = self.book.name_of(session.channel, person)
        contact: Json = {"id": f"{person.wa_id}@c.us", "name": name, "pushname": person.name}
        if session.engine not in BROWSER_ENGINES:
            return {**contact, "lid": f"{person.lid}@lid"}
        mark = self.book.mark(session.channel, person.wa_id)
        return {
            **contact,
            "number": person.wa_id,
            "shortName": name.partition(" ")[0],
            "isMe": person.wa_id == session.phone,
            "isGroup": False,
            "isWAContact": person.registered,
            "isMyContact": bool(mark.name),
            "isBlocked": mark.blocked,
        }

    async def about(self, request: Request) -> Response:
        self._by_query(request)
        person_of_chat(self.world, request.query_params.get("contactId", ""))
        return JSONResponse({"about": ABOUT})

    async def picture(self, request: Request) -> Response:
        self._by_query(request)
        return JSONResponse({"profilePictureURL": None})

    async def block(self, request: Request) -> Response:
        """Nothing of a blocked person reaches the session any more."""
        body = await read_json(request)
        session = working_session(self.world, text_field(body, "session", default="default"))
        person = person_of_chat(self.world, text_field(body, "contactId"))
        blocked = request.url.path.endswith("/block")
        self.book.save_mark(replace(self.book.mark(session.channel, person.wa_id), blocked=blocked))
        return JSONResponse({"success": True}, status_code=201)

    async def update(self, request: Request) -> Response:
        """Write somebody's name into the phone's address book."""
        session = working_session(self.world, request.path_params["session"])
        person = person_of_chat(self.world, request.path_params["contact"])
        body = await read_json(request)
        name = f"{text_field(body, 'firstName')} {text_field(body, 'lastName', default='')}".strip()
        self.book.save_mark(replace(self.book.mark(session.channel, person.wa_id), name=name))
        return JSONResponse({"success": True})

    async def lids(self, request: Request) -> Response:
        working_session(self.world, request.path_params["session"])
        return JSONResponse([pair(person) for person in page_of(request, self._people())])

    async def lids_count(self, request: Request) -> Response:
        working_session(self.world, request.path_params["session"])
        return JSONResponse({"count": len(self._people())})

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

    def _people(self) -> list[Person]:
        """Everybody with a number: groups and channels stand among the people too."""
        return [person for person in self.world.people.values() if "@" not in person.wa_id]

    def _by_query(self, request: Request) -> Session:
        return working_session(self.world, request.query_params.get("session", "default"))


def pair(person: Person) -> Json:
    return {"lid": f"{person.lid}@lid", "pn": f"{person.wa_id}@c.us"}
