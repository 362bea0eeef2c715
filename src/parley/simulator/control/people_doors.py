"""Doors to the customers: who they are, what they write, what they have read."""

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from parley.core.errors import Invalid
from parley.simulator.control.requests import answer, read_as
from parley.simulator.numbers import digits_of
from parley.simulator.people.history import Histories, History
from parley.simulator.people.phones import Letter, Phones
from parley.simulator.records import Presence
from parley.simulator.traffic import Traffic
from parley.simulator.world import World


class NewPerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    wa_id: str
    name: str = ""
    language: str = ""
    registered: bool = True
    reads: bool = True


class InChannel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    channel: str | None = None
    presence: Presence = "typing"


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edit (`body`) or, without one, a deletion of what a customer, or the shop on its phone, wrote."""

    channel: str
    message_id: str
    body: str | None = None


class PeopleDoors:
    def __init__(self, world: World, traffic: Traffic, phones: Phones) -> None:
        self.world = world
        self.traffic = traffic
        self.phones = phones

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/people", self.people, methods=["GET"]),
            Route("/people", self.add, methods=["POST"]),
            Route("/people/{wa_id}/messages", self.chat, methods=["GET"]),
            Route("/people/{wa_id}/messages", self.write, methods=["POST"]),
            Route("/people/{wa_id}/history", self.remember, methods=["PUT"]),
            Route("/people/{wa_id}/read", self.read, methods=["POST"]),
            Route("/people/{wa_id}/presence", self.presence, methods=["POST"]),
            Route("/people/{wa_id}/changes", self.change, methods=["POST"]),
        ]

    async def people(self, _request: Request) -> Response:
        return answer(list(self.world.people.values()))

    async def add(self, request: Request) -> Response:
        """A new customer, or new facts about a known one."""
        new = await read_as(request, NewPerson)
        digits = digits_of(new.wa_id)
        if not 7 <= len(digits) <= 15:
            raise Invalid("wa_id must be a phone number of 7 to 15 digits.")
        known = self.world.known_person(digits)
        person = known or self.world.make_person(digits, name=new.name or f"+{digits}")
        person = replace(
            person,
            name=new.name or person.name,
            language=new.language or person.language,
            registered=new.registered,
            reads=new.reads,
        )
        return answer(self.world.save_person(person), status=201)

    async def chat(self, request: Request) -> Response:
        channel = self.phones.channel(request.query_params.get("channel"))
        person = self.world.known_person(request.path_params["wa_id"])
        messages = self.world.chat(channel, person.wa_id) if person else []
        shown = messages[-int(request.query_params.get("limit", 200)) :]
        ids = {message.media_id for message in shown}
        media = {media_id: self.world.media[media_id] for media_id in ids if media_id in self.world.media}
        return answer({"channel": channel, "messages": shown, "media": media})

    async def write(self, request: Request) -> Response:
        letter = await read_as(request, Letter)
        return answer(self.phones.write(request.path_params["wa_id"], letter), status=201)

    async def remember(self, request: Request) -> Response:
        """A past for this person's chat with one channel; answers the ids, in the order given."""
        histories = Histories(self.world, self.phones)
        return answer(histories.put(request.path_params["wa_id"], await read_as(request, History)))

    async def read(self, request: Request) -> Response:
        order = await read_as(request, InChannel)
        return answer({"read": self.phones.read(request.path_params["wa_id"], order.channel)})

    async def presence(self, request: Request) -> Response:
        order = await read_as(request, InChannel)
        self.phones.show_presence(request.path_params["wa_id"], order.channel, order.presence)
        return answer({"presence": order.presence})

    async def change(self, request: Request) -> Response:
        order = await read_as(request, Change)
        message = self.phones.message(self.phones.channel(order.channel), order.message_id)
        if message.from_us and message.source == "api":
            raise Invalid("Only what a person wrote by hand can be changed by hand.")
        if order.body is None:
            self.traffic.revoke(message)
        else:
            self.traffic.edit(message, order.body)
        return answer({"id": message.id})
