"""The other doors: state, ledger, faults, pace, scripts, reset, live hints and files for the page."""

import asyncio
import re
from collections.abc import AsyncIterator

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from parley.core.errors import Conflict, Invalid, NotFound
from parley.simulator.configuration import Pace
from parley.simulator.control.requests import answer, query_as, read_as
from parley.simulator.courier import Courier
from parley.simulator.faults import FaultOrder, Faults
from parley.simulator.journal import Sought
from parley.simulator.people.scripts import Scripts
from parley.simulator.records import Json, Message
from parley.simulator.waha.identity import environment, me_of
from parley.simulator.world import World

HEARTBEAT_SECONDS = 15
FURTHEST = 10 * 366 * 86_400
SHOWN_INLINE = ("image/png", "image/jpeg", "image/webp", "image/gif", "audio/", "video/")


class ScriptOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    running: bool | None = None
    pace: float | None = None
    channels: list[str] | None = None


class Advance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    advance: float


class Doors:
    def __init__(self, world: World, faults: Faults, courier: Courier, scripts: Scripts) -> None:
        self.world = world
        self.faults = faults
        self.courier = courier
        self.scripts = scripts

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/state", self.state, methods=["GET"]),
            Route("/ledger", self.ledger, methods=["GET"]),
            Route("/deliveries", self.deliveries, methods=["GET"]),
            Route("/deliveries/{delivery}", self.delivery, methods=["GET"]),
            Route("/clock", self.clock, methods=["GET", "POST"]),
            Route("/faults", self.list_faults, methods=["GET"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/faults/{fault:int}", self.remove_fault, methods=["DELETE"]),
            Route("/pace", self.set_pace, methods=["POST"]),
            Route("/scripts", self.set_scripts, methods=["POST"]),
            Route("/reset", self.reset, methods=["POST"]),
            Route("/media/{media}", self.media, methods=["GET"]),
            Route("/events", self.events, methods=["GET"]),
        ]

    async def state(self, _request: Request) -> Response:
        return answer(
            {
                "channels": [*self._sessions(), *self._numbers()],
                "people": self._people(),
                "faults": self.faults.all(),
                "webhooks_waiting": self.courier.waiting,
                "pace": self.world.pace,
                "scripts": {"running": self.scripts.is_running, "pace": self.scripts.pace},
                "version": environment(self.world.engine)["version"],
            }
        )

    def _sessions(self) -> list[Json]:
        return [
            {
                "channel": session.channel,
                "api": "waha",
                "name": session.name,
                "label": (me_of(session, self.world) or {}).get("pushName") or session.name,
                "status": session.status,
                "detail": session.engine,
                "qr_round": session.qr_round,
                "pairing_code": session.pairing_code,
                "open": session.status == "WORKING",
            }
            for session in self.world.sessions.values()
        ]

    def _numbers(self) -> list[Json]:
        return [
            {
                "channel": number.channel,
                "api": "cloud",
                "name": number.id,
                "label": number.verified_name,
                "status": number.status,
                "detail": number.display_phone_number,
                "open": True,
            }
            for number in self.world.numbers.values()
        ]

    def _people(self) -> list[Json]:
        return [
            {
                "wa_id": person.wa_id,
                "name": person.name or f"+{person.wa_id}",
                "language": person.language,
                "registered": person.registered,
                "chats": {
                    channel: self._summary(self.world.chat(channel, person.wa_id))
                    for channel in self.world.channels()
                    if (channel, person.wa_id) in self.world.chats
                },
            }
            for person in self.world.people.values()
            if "@" not in person.wa_id  # a group's chat stands among the people too
        ]

    @staticmethod
    def _summary(chat: list[Message]) -> Json:
        last = chat[-1]
        unread = sum(message.from_us and message.status in {"sent", "delivered"} for message in chat)
        return {
            "at": last.at,
            "from_us": last.from_us,
            "type": last.type,
            "status": last.status,
            "body": last.body,
            "unread": unread,
        }

    async def ledger(self, request: Request) -> Response:
        """`?tail=` for the newest; otherwise the page of `Sought` that the other parameters describe."""
        tail = request.query_params.get("tail")
        if tail is not None:
            return answer(self.world.journal.ledger_tail(int(tail)))
        return answer(self.world.journal.ledger(query_as(request, Sought)))

    async def deliveries(self, request: Request) -> Response:
        """The latest attempts; `?event=` and `?channel=` for those of one kind or channel."""
        asked = request.query_params
        return answer(
            [
                outcome
                for outcome in self.courier.outcomes
                if asked.get("event", outcome.event) == outcome.event
                and asked.get("channel", outcome.channel) == outcome.channel
            ]
        )

    async def delivery(self, request: Request) -> Response:
        """One webhook with headers and body, as long as it is among the latest."""
        delivery = self.courier.deliveries.get(request.path_params["delivery"])
        if delivery is None:
            raise NotFound("There is no such webhook among the latest.")
        return answer(delivery)

    async def clock(self, request: Request) -> Response:
        """What time it is; `advance` lets virtual time pass by so many seconds. Refused where it is real."""
        is_virtual = self.world.configuration.is_deterministic
        if request.method == "POST":
            order = await read_as(request, Advance)
            if not is_virtual:
                raise Conflict("Time is real here and passes by itself. Start with --deterministic.")
            if not 0 <= order.advance <= FURTHEST:
                raise Invalid("advance is a number of seconds, from 0 to ten years.")
            self.world.clock.advance(order.advance)
        return answer({"now": self.world.now(), "virtual": is_virtual})

    async def list_faults(self, _request: Request) -> Response:
        return answer(self.faults.all())

    async def add_fault(self, request: Request) -> Response:
        """One fault, or a script: a list of them, all switched on together."""
        self.world.hint("faults")
        if (await request.body()).lstrip().startswith(b"["):
            script = await read_as(request, list[FaultOrder])
            return answer([self.faults.add(order) for order in script], status=201)
        return answer(self.faults.add(await read_as(request, FaultOrder)), status=201)

    async def clear_faults(self, _request: Request) -> Response:
        self.faults.clear()
        self.world.hint("faults")
        return answer({"faults": []})

    async def remove_fault(self, request: Request) -> Response:
        self.faults.remove(request.path_params["fault"])
        self.world.hint("faults")
        return answer({"faults": self.faults.all()})

    async def set_pace(self, request: Request) -> Response:
        self.world.pace = await read_as(request, Pace)
        return answer(self.world.pace)

    async def set_scripts(self, request: Request) -> Response:
        order = await read_as(request, ScriptOrder)
        self.scripts.pace = order.pace or self.scripts.pace
        self.scripts.channels = order.channels if order.channels is not None else self.scripts.channels
        if order.running is True:
            self.scripts.start()
        elif order.running is False:
            self.scripts.stop()
        self.world.hint("scripts")
        return answer({"running": self.scripts.is_running, "pace": self.scripts.pace})

    async def reset(self, _request: Request) -> Response:
        """Forget sessions, numbers, chats, files, faults and the ledger; the story's people come back."""
        self.scripts.stop()
        self.faults.clear()
        self.world.forget_all()
        self.scripts.introduce_people()
        return answer({"reset": True})

    async def media(self, request: Request) -> Response:
        """A file for the page. What a browser could run is only offered for download."""
        media = self.world.media.get(request.path_params["media"])
        data = self.world.journal.media_data(media.id) if media else None
        if media is None or data is None:
            raise NotFound("There is no such file.")
        headers = {"accept-ranges": "bytes"}
        if not media.mime_type.startswith(SHOWN_INLINE):
            headers["content-disposition"] = "attachment"
        # A player asks for the end first, to learn how long a voice note is.
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        if wanted is None or int(wanted[1]) >= len(data):
            return Response(data, media_type=media.mime_type, headers=headers)
        start, end = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
        headers["content-range"] = f"bytes {start}-{end}/{len(data)}"
        return Response(data[start : end + 1], status_code=206, media_type=media.mime_type, headers=headers)

    async def events(self, _request: Request) -> Response:
        return StreamingResponse(self._hints(), media_type="text/event-stream")

    async def _hints(self) -> AsyncIterator[bytes]:
        queue = self.world.listen()
        try:
            yield b": hello\n\n"
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        topics = await queue.get()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if not topics:
                    return
                yield b"data: " + msgspec.json.encode({"topics": topics}) + b"\n\n"
        finally:
            self.world.leave(queue)
