"""What WhatsApp itself holds against a number: the reachout timelock and the cap on first messages."""

from msgspec.structs import replace

from parley.simulator.records import Failure, Person, Session
from parley.simulator.waha.errors import WahaRefusal, engine_error
from parley.simulator.world import World

TIMELOCKED = Failure(
    code=463,
    title="reachout timelock",
    details="WhatsApp does not let this number write to people who have not written to it.",
)


class Restrictions:
    def __init__(self, world: World) -> None:
        self.world = world

    def refusal_of(self, session: Session, person: Person) -> Failure | None:
        """Why a message to this person fails now, if it does. Counts first messages while there is a cap.

        Which error the cap gives is not known; the timelock's is taken.
        """
        quirks = session.quirks
        if (not quirks.timelock and quirks.capping is None) or self._is_known(session, person):
            return None
        if quirks.timelock and (quirks.timelock_until is None or self.world.now() < quirks.timelock_until):
            return TIMELOCKED
        if quirks.capping is None:
            return None
        if session.first_messages >= quirks.capping:
            return TIMELOCKED
        self.world.save_session(replace(session, first_messages=session.first_messages + 1))
        return None

    def _is_known(self, session: Session, person: Person) -> bool:
        """Whether they have written to us, or got something of ours before."""
        chat = self.world.chat(session.channel, person.wa_id)
        return any(not message.from_us or message.status != "failed" for message in chat)

    def check(self, session: Session, person: Person, *, path: str) -> Failure | None:
        """GOWS refuses at once with a 500; the other engines take the message and let it fail."""
        failure = self.refusal_of(session, person)
        if failure is not None and session.engine == "GOWS":
            raise WahaRefusal(500, engine_error("2 UNKNOWN: server returned error 463", path=path))
        return failure
