"""Webhooks, replies from a queue and replies from a desk, all at once."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from parley.simulator.people.phones import Letter
from parley.simulator.testing import Refusal
from tests.torture.desk import Desk
from tests.torture.programs import until
from tests.torture.shop import Chat, Number, connect, connect_at_simulator, customers_write, queue, wa_id_of
from tests.torture.webhooks import Provider, texts
from tests.torture.world import World

CUSTOMERS = 8
HOOKS_PER_SECOND = 15
MOST_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Traffic:
    """Webhooks of a provider, replies from the queue and from a desk, all at once."""

    world: World
    provider: Provider
    desk: Desk
    replies: dict[Number, list[Chat]]
    queued: list[UUID] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    def go_on(self, seconds: float, *, pause: float = 0.2) -> None:
        """One customer sends a picture; three replies a number are queued each `pause`, for so long."""
        place, number = len(self.pictures), next(iter(self.replies))
        letter = Letter(channel=number.external_id, type="image", body="A mesa")
        write = partial(empty_if_refused, lambda: self.world.whatsapp.write(wa_id_of(place), letter))
        self.pictures.append(until(write, what="the session is connected again"))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for number, chats in self.replies.items():
                self.queued.extend(queue(self.world, number, self._next(chats), count=3))
            time.sleep(pause)

    def _next(self, chats: list[Chat]) -> list[Chat]:
        """The chats, beginning with whose turn it is."""
        first = len(self.queued) // 2 % len(chats)
        return chats[first:] + chats[:first]

    def finish(self) -> None:
        self.provider.stop_writing()
        self.desk.finish()
        self.provider.finish()


def begin_traffic(world: World, chance: random.Random, *, customers: int = CUSTOMERS) -> Traffic:
    """`customers` on each number. WhatsApp takes one message to a person in six seconds, more in a burst."""
    numbers = [connect_at_simulator(world, provider) for provider in ("waha", "cloud_api")]
    replies = {number: customers_write(world, number, count=customers) for number in numbers}
    provider = Provider(world.url)
    hooks = connect(world, "cloud_api")
    webhooks = texts([hooks], count=HOOKS_PER_SECOND * MOST_SECONDS, customers=500, chance=chance)
    provider.deliver(webhooks, per_second=HOOKS_PER_SECOND)
    desk = Desk(world, replies[numbers[0]], world.signed_in())
    desk.begin(replies=MOST_SECONDS)
    return Traffic(world, provider, desk, replies)


def is_calm(world: World) -> bool:
    """Nobody complains of the database any more."""
    before = {name: len(program.printed) for name, program in world.programs.items()}
    time.sleep(2.5)
    said = "".join(program.printed[before[name] :] for name, program in world.programs.items())
    return not any(complaint in said for complaint in ("database_away", "stopping worker", "interrupted"))


def slow_answers(world: World) -> None:
    """So that something is in flight whenever anybody dies."""
    world.whatsapp.fault("waha", "latency", match="/api/sendText", times=0, seconds=0.2, after=True)
    world.whatsapp.fault("cloud", "latency", match="/messages", times=0, seconds=0.2, after=True)


def empty_if_refused(ask: Callable[[], str]) -> str:
    """A session that has just started takes nothing for a moment."""
    try:
        return ask()
    except Refusal:
        return ""
