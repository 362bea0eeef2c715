"""The simulator's own doors to WAHA sessions: quirks, events on demand, calls, votes, groups."""

import asyncio

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from parley.core.errors import Invalid, NotFound
from parley.simulator.background import Background
from parley.simulator.control.requests import answer, read_as
from parley.simulator.quirks import Quirks
from parley.simulator.records import Json, Message, Person, Session
from parley.simulator.traffic import Traffic
from parley.simulator.waha.address_book import Group
from parley.simulator.waha.happenings import CallPhase, MemberChange
from parley.simulator.waha.membership import Membership
from parley.simulator.waha.samples import Samples
from parley.simulator.waha.sessions import SessionEndpoints

SOMEBODY = "5519998761234"


class Event(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`payload` is laid over the example; `wa_id` is the customer that the example is about."""

    wa_id: str = SOMEBODY
    payload: Json = {}


class CallOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phase of a call. Without `id` a new call."""

    wa_id: str
    phase: CallPhase = "received"
    id: str = ""
    is_video: bool = False


class VoteOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All options that the customer chooses now; none takes the vote back."""

    wa_id: str
    poll_id: str
    options: list[str] = []


class NewGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody puts the shop into a group; the first member owns it."""

    subject: str
    members: list[str]
    description: str = ""


class GroupOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change by others: of `members`, where "me" is the shop, or of subject and description."""

    change: MemberChange | None = None
    members: list[str] = []
    subject: str | None = None
    description: str | None = None


class Waiting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message whose content comes after `seconds`, or never."""

    wa_id: str
    body: str = ""
    seconds: float | None = 0.2


class WahaDoors:
    def __init__(
        self,
        sessions: SessionEndpoints,
        traffic: Traffic,
        membership: Membership,
        samples: Samples,
        background: Background,
    ) -> None:
        self.world = sessions.world
        self.sessions = sessions
        self.traffic = traffic
        self.membership = membership
        self.happenings = membership.happenings
        self.samples = samples
        self.background = background

    def routes(self) -> list[BaseRoute]:
        session = "/waha/sessions/{name}"
        return [
            Route("/waha/quirks", self.new_quirks, methods=["PUT"]),
            Route(f"{session}/quirks", self.quirks, methods=["GET", "PUT"]),
            Route(f"{session}/webhooks/{{event}}", self.emit, methods=["POST"]),
            Route(f"{session}/calls", self.call, methods=["POST"]),
            Route(f"{session}/votes", self.vote, methods=["POST"]),
            Route(f"{session}/waiting", self.waiting, methods=["POST"]),
            Route(f"{session}/groups", self.group, methods=["POST"]),
            Route(f"{session}/groups/{{group}}", self.change_group, methods=["POST"]),
        ]

    async def new_quirks(self, request: Request) -> Response:
        """The quirks of sessions that are created from now on."""
        self.sessions.new_quirks = await read_as(request, Quirks)
        return answer(self.sessions.new_quirks)

    async def quirks(self, request: Request) -> Response:
        session = self._session(request)
        if request.method == "PUT":
            session = self.world.save_session(replace(session, quirks=await read_as(request, Quirks)))
        return answer(session.quirks)

    async def emit(self, request: Request) -> Response:
        """Send an event to the webhooks that asked for it; answers the payload."""
        session = self._session(request)
        order = await read_as(request, Event)
        event = request.path_params["event"]
        if event not in self.samples.names():
            raise NotFound(f"WAHA has no event {event}; one of {', '.join(self.samples.names())}.")
        payload = {**self.samples.payload(session, event, self._person(order.wa_id)), **order.payload}
        self.happenings.webhooks.emit(session, event, payload)
        return answer({"payload": payload})

    async def call(self, request: Request) -> Response:
        session = self._session(request)
        order = await read_as(request, CallOrder)
        call_id = order.id or self.world.identities.secret().upper()
        person = self._person(order.wa_id)
        shown = self.happenings.call(session, person, order.phase, call_id=call_id, is_video=order.is_video)
        return answer(shown)

    async def vote(self, request: Request) -> Response:
        session = self._session(request)
        order = await read_as(request, VoteOrder)
        poll = self.world.message(session.channel, order.poll_id)
        if poll is None or poll.type != "poll":
            raise NotFound(f"There is no poll {order.poll_id} in {session.channel}.")
        self.happenings.vote(session, poll, self._person(order.wa_id), order.options)
        return answer({"id": poll.id, "options": order.options})

    async def waiting(self, request: Request) -> Response:
        session = self._session(request)
        order = await read_as(request, Waiting)
        message = Message(
            id=self.world.identities.waha_message(),
            channel=session.channel,
            wa_id=self._person(order.wa_id).wa_id,
            from_us=False,
            type="text",
            at=self.world.now(),
            body=order.body,
            status="delivered",
            source="app",
        )
        self.happenings.waiting(message)
        if order.seconds is not None:
            self.background.spawn(self._write_later(message, order.seconds))
        return answer({"id": message.id})

    async def _write_later(self, message: Message, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.traffic.write(message)

    async def group(self, request: Request) -> Response:
        session = self._session(request)
        order = await read_as(request, NewGroup)
        if not order.members:
            raise Invalid("A group needs a member.")
        members = [self._person(wa_id).wa_id for wa_id in order.members]
        group = self.membership.create(
            session,
            subject=order.subject,
            members=members,
            description=order.description,
            owner=members[0],
        )
        return answer(group, status=201)

    async def change_group(self, request: Request) -> Response:
        session, group = self._session(request), self._group(request)
        order = await read_as(request, GroupOrder)
        if order.change is not None:
            ours = session.phone or ""
            members = [ours if one == "me" else self._person(one).wa_id for one in order.members]
            group = self.membership.change(session, group, order.change, members)
        facts = {"subject": order.subject, "description": order.description}
        told = {name: value for name, value in facts.items() if value is not None}
        if told:
            group = self.membership.describe(session, group, **told)
        return answer(group)

    def _session(self, request: Request) -> Session:
        session = self.world.sessions.get(request.path_params["name"])
        if session is None:
            raise NotFound("There is no such session.")
        return session

    def _group(self, request: Request) -> Group:
        session = self._session(request)
        group = self.membership.book.groups.get((session.channel, request.path_params["group"]))
        if group is None:
            raise NotFound("There is no such group.")
        return group

    def _person(self, wa_id: str) -> Person:
        return self.world.person(wa_id)
