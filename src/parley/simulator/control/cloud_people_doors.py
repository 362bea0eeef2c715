"""Doors to what customers of a Cloud API number do beyond writing: tap, call, stop marketing, move."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from parley.core.errors import Invalid, NotFound
from parley.simulator.cloud.phone import CallPhase, CloudPhone
from parley.simulator.control.requests import answer, read_as
from parley.simulator.people.phones import Phones
from parley.simulator.records import Json, Number
from parley.simulator.world import World


class Tap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`choice` is a button's or row's id or words. `answers` are what was filled into a flow."""

    channel: str | None = None
    message_id: str
    choice: str = ""
    answers: Json = {}


class Wish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    channel: str | None = None
    value: Literal["stop", "resume"]


class Move(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new number `wa_id`, or a new device without one. `username` and `hides_number` change the person."""

    channel: str | None = None
    wa_id: str = ""
    username: str | None = None
    hides_number: bool | None = None


class CallOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    channel: str | None = None
    phase: CallPhase = "connect"
    call_id: str = ""
    seconds: int = 60


class HistoryOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    is_declined: bool = False


class CloudPeopleDoors:
    def __init__(self, world: World, phones: Phones, phone: CloudPhone) -> None:
        self.world = world
        self.phones = phones
        self.phone = phone

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/people/{wa_id}/taps", self.tap, methods=["POST"]),
            Route("/people/{wa_id}/marketing", self.wish, methods=["POST"]),
            Route("/people/{wa_id}/identity", self.move, methods=["POST"]),
            Route("/people/{wa_id}/cloud-calls", self.call, methods=["POST"]),
            Route("/cloud/numbers/{number}/history", self.history, methods=["POST"]),
        ]

    async def tap(self, request: Request) -> Response:
        order = await read_as(request, Tap)
        number = self._number(order.channel)
        message = self.phones.message(number.channel, order.message_id)
        if not message.from_us:
            raise Invalid("Only a message of the shop has something to tap.")
        letter = self.phone.tap(message, order.choice, answers=order.answers)
        return answer(self.phones.write(request.path_params["wa_id"], letter), status=201)

    async def wish(self, request: Request) -> Response:
        order = await read_as(request, Wish)
        person = self.world.person(request.path_params["wa_id"])
        return answer(self.phone.prefer(self._number(order.channel), person, order.value))

    async def move(self, request: Request) -> Response:
        order = await read_as(request, Move)
        person = self.world.person(request.path_params["wa_id"])
        if order.username is not None or order.hides_number is not None:
            username = person.username if order.username is None else order.username
            hides = person.hides_number if order.hides_number is None else order.hides_number
            return answer(self.world.save_person(replace(person, username=username, hides_number=hides)))
        number = self._number(order.channel)
        if order.wa_id:
            return answer(self.phone.change_number(number, person, order.wa_id))
        self.phone.change_device(number, person)
        return answer(person)

    async def call(self, request: Request) -> Response:
        order = await read_as(request, CallOrder)
        person, number = self.world.person(request.path_params["wa_id"]), self._number(order.channel)
        call_id = self.phone.call(number, person, order.phase, call_id=order.call_id, seconds=order.seconds)
        return answer({"call_id": call_id}, status=201)

    async def history(self, request: Request) -> Response:
        order = await read_as(request, HistoryOrder)
        number = self._number(request.path_params["number"])
        return answer({"webhooks": self.phone.tell_history(number, is_declined=order.is_declined)})

    def _number(self, name: str | None) -> Number:
        """The Cloud API number by name; the only one where none is named."""
        if name is None and len(self.world.numbers) == 1:
            return next(iter(self.world.numbers.values()))
        channel = self.phones.channel(name)
        if not channel.startswith("cloud:"):
            raise NotFound(f"{channel} is no number of the Cloud API.")
        return self.world.number_of(channel)
