"""The ticks of what the shop sends, after natural delays."""

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

    def __init__(self, world: World, traffic: Traffic) -> None:
        self.world = world
        self.traffic = traffic

    def shop_wrote(self, message: Message) -> None:
        if message.status == "failed":
            return
        pace, person = self.world.pace, self.world.person(message.wa_id)
        if not person.registered:
            self.world.clock.after(self._varied(pace.sent or 0), lambda: self._fail(message))
            return
        steps: list[tuple[MessageStatus, float | None]] = [
            ("sent", pace.sent),
            ("delivered", pace.delivered),
            ("read", pace.read if person.reads else None),
        ]
        self._follow(message, steps)

    def resume(self) -> None:
        """Take up, after a restart, what was still on its way."""
        for message in self.world.messages.values():
            if message.from_us and message.status in {"pending", "sent", "delivered"}:
                self.shop_wrote(message)

    def _follow(self, message: Message, steps: list[tuple[MessageStatus, float | None]]) -> None:
        """The first of the steps after its delay, then the others, until one never comes."""
        if not steps or steps[0][1] is None:
            return
        (status, seconds), *later = steps

        def tick() -> None:
            self.traffic.tick(message, status)
            self._follow(message, later)

        self.world.clock.after(self._varied(seconds or 0), tick)

    def _fail(self, message: Message) -> None:
        """WAHA never says that a number is not there: the message just stays on its first tick."""
        if message.channel.startswith("cloud:"):
            self.traffic.tick(message, "failed", failure=NOT_ON_WHATSAPP)

    def _varied(self, seconds: float) -> float:
        spread = self.world.pace.spread
        return seconds * (1 + self.world.identities.pace.uniform(-spread, spread)) if seconds else 0
