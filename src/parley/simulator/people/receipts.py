"""The ticks of what the shop sends, after natural delays."""

import asyncio

from parley.simulator.background import Background
from parley.simulator.records import Failure, Message, MessageStatus
from parley.simulator.traffic import Traffic
from parley.simulator.world import World

NOT_ON_WHATSAPP = Failure(
    code=131026,
    title="Message undeliverable",
    details="Message Undeliverable. The recipient may not be on WhatsApp, or has not accepted the terms.",
)


class Receipts:
    """Follows every message of the shop from accepted to read, as the person's phone would."""

    def __init__(self, world: World, traffic: Traffic, background: Background) -> None:
        self.world = world
        self.traffic = traffic
        self.background = background

    def shop_wrote(self, message: Message) -> None:
        if message.status != "failed":
            self.background.spawn(self._follow(message))

    def resume(self) -> None:
        """Take up, after a restart, what was still on its way."""
        for message in self.world.messages.values():
            if message.from_us and message.status in {"pending", "sent", "delivered"}:
                self.shop_wrote(message)

    async def _follow(self, message: Message) -> None:
        person = self.world.person(message.wa_id)
        pace = self.world.pace
        if not person.registered:
            await asyncio.sleep(self._varied(pace.sent or 0))
            self._fail(message)
            return
        steps: list[tuple[MessageStatus, float | None]] = [
            ("sent", pace.sent),
            ("delivered", pace.delivered),
            ("read", pace.read if person.reads else None),
        ]
        for status, seconds in steps:
            if seconds is None:
                return
            await asyncio.sleep(self._varied(seconds))
            self.traffic.tick(message, status)

    def _fail(self, message: Message) -> None:
        """WAHA never says that a number is not there: the message just stays on its first tick."""
        if message.channel.startswith("cloud:"):
            self.traffic.tick(message, "failed", failure=NOT_ON_WHATSAPP)

    def _varied(self, seconds: float) -> float:
        spread = self.world.pace.spread
        return seconds * (1 + self.world.identities.random.uniform(-spread, spread)) if seconds else 0
