"""Meta's limits: who may send what to whom now. The counts live as long as the process.

Sources: the limits of messaging, throughput and pair rate as in Meta's pages of 2026. What Meta refuses at
once is raised; what it accepts and fails afterwards is returned, where the number is set to refuse late.
"""

import json
from collections import deque

from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.records import Account, Failure, Number, Person, Template
from parley.simulator.world import World

PAIR_SECONDS = 6.0
PAIR_BURST = 45
DAY = 86_400.0
HOUR = 3_600.0
REGISTRATIONS = 10
REGISTRATION_SPAN = 72 * HOUR
TIERS: dict[str, int | None] = {
    "TIER_50": 50, "TIER_250": 250, "TIER_1K": 1_000, "TIER_2K": 2_000, "TIER_10K": 10_000,
    "TIER_100K": 100_000, "TIER_UNLIMITED": None,
}  # fmt: skip


class Window:
    """How often something happened within the last `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._times: deque[float] = deque()

    def count(self, now: float) -> int:
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        return len(self._times)

    def add(self, now: float) -> None:
        self._times.append(now)


class Limiter:
    def __init__(self, world: World) -> None:
        self.world = world
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self._throughput: dict[str, Window] = {}
        self._bursts: dict[tuple[str, str], tuple[float, int]] = {}
        self._reached: dict[str, dict[str, float]] = {}
        self._marketing: dict[tuple[str, str], Window] = {}
        self._management: dict[str, Window] = {}
        self._registrations: dict[str, Window] = {}

    # What comes in counts too

    def heard(self, number: Number) -> None:
        """A customer wrote to the number."""
        if self.world.limits.throughput:
            self._rate_of(number).add(self.world.now())

    # Sending

    def check_number(self, number: Number) -> None:
        """Refuses 133010, 131031, 131048 and 130429: what the number may not do, whoever it is for."""
        account = self.world.accounts[number.account_id]
        if not number.registered:
            raise GraphRefusal(133010, details="The phone number is not registered on the Cloud API.")
        if account.is_locked:
            raise GraphRefusal(131031, details="The business account is locked.")
        if not self.world.limits.throughput:
            return
        rate, now = self._rate_of(number), self.world.now()
        if rate.count(now) >= number.messages_per_second:
            raise GraphRefusal(
                130429,
                details="Message failed to send because there were too many messages sent from this phone"
                " number in a short period of time.",
            )
        rate.add(now)

    def check_person(self, number: Number, person: Person) -> None:
        """Refuses 131030 and 131056: this person, or this person now."""
        if number.allowed is not None and person.wa_id not in number.allowed:
            raise GraphRefusal(131030, details="Add the number to the list of the test number's recipients.")
        if self.world.limits.pair:
            self._check_pair(number, person)

    def _check_pair(self, number: Number, person: Person) -> None:
        """One in six seconds; 45 at once, and then nobody until as many times six seconds have passed."""
        key, now = (number.id, person.wa_id), self.world.now()
        start, count = self._bursts.get(key, (0.0, 0))
        if now >= start + count * PAIR_SECONDS:
            self._bursts[key] = (now, 1)
        elif now < start + PAIR_SECONDS and count < PAIR_BURST:
            self._bursts[key] = (start, count + 1)
        else:
            raise GraphRefusal(
                131056,
                details="Message failed to send because there were too many messages sent from this phone"
                " number to the same phone number in a short period of time.",
            )

    def check_words(
        self, number: Number, person: Person, *, template: Template | None, category: str
    ) -> Failure | None:
        """The window, the tier, marketing and spam. `category` is empty for what is no template."""
        is_open = self.world.window_is_open(number.channel, person.wa_id)
        if number.spam:
            return self._late(number, 131048, "Too many earlier messages were blocked or flagged as spam.")
        if not category:
            if is_open or not self.world.limits.window:
                return None
            return self._late(
                number,
                131047,
                "Message failed to send because more than 24 hours have passed since the customer last"
                " replied to this number.",
            )
        if category == "MARKETING" and (failure := self._check_marketing(number, person)) is not None:
            return failure
        return None if is_open else self._check_tier(number, person, name=template.name if template else "")

    def _check_marketing(self, number: Number, person: Person) -> Failure | None:
        if number.channel in person.no_marketing:
            return self._late(number, 131050, "The user has chosen to stop receiving marketing messages.")
        cap, now = self.world.limits.marketing_per_person, self.world.now()
        if cap is None:
            return None
        sent = self._marketing.setdefault((number.id, person.wa_id), Window(DAY))
        if sent.count(now) >= cap:
            return self._late(number, 131049, "Not delivered to maintain healthy ecosystem engagement.")
        sent.add(now)
        return None

    def _check_tier(self, number: Number, person: Person, *, name: str) -> Failure | None:
        account = self.world.accounts[number.account_id]
        limit, now = TIERS.get(account.messaging_limit), self.world.now()
        reached = self._reached.setdefault(account.portfolio, {})
        while reached and next(iter(reached.values())) <= now - DAY:
            del reached[next(iter(reached))]
        is_over = limit is not None and person.wa_id not in reached and len(reached) >= limit
        if self.world.limits.tier and is_over:
            return self._late(
                number, 131048, f"The messaging limit of {limit} is reached; {name} was not sent."
            )
        # Kept in the order of time, so that the oldest stand first.
        reached.pop(person.wa_id, None)
        reached[person.wa_id] = now
        return None

    def _late(self, number: Number, code: int, details: str) -> Failure:
        """A failed status after a 200 where the number refuses late, else the refusal itself."""
        refusal = GraphRefusal(code, details=details)
        if not number.late_refusals:
            raise refusal
        return Failure(code=code, title=refusal.title, details=details)

    # Managing

    def check_management(self, account: Account) -> dict[str, str]:
        """The header that tells how much of the hour is used. Refuses 80007 when it is used up."""
        calls, now = self._management.setdefault(account.id, Window(HOUR)), self.world.now()
        limit = self.world.limits.management_per_hour
        used = calls.count(now)
        if limit is not None and used >= limit:
            raise GraphRefusal(80007, subcode=2446079, headers=usage_header(account, used, limit))
        calls.add(now)
        return usage_header(account, used + 1, limit or 5_000)

    def check_registration(self, number: Number) -> None:
        tries, now = self._registrations.setdefault(number.id, Window(REGISTRATION_SPAN)), self.world.now()
        if tries.count(now) >= REGISTRATIONS:
            raise GraphRefusal(133016, details="Ten attempts within 72 hours are the limit.")
        tries.add(now)

    def state(self) -> dict[str, object]:
        """How much of each limit is used now."""
        now = self.world.now()
        return {
            "messages_this_second": {key: window.count(now) for key, window in self._throughput.items()},
            "people_reached": {key: len(reached) for key, reached in self._reached.items()},
            "management_this_hour": {key: window.count(now) for key, window in self._management.items()},
            "people_waited_for": sum(
                now < start + count * PAIR_SECONDS and count >= PAIR_BURST
                for start, count in self._bursts.values()
            ),
        }

    def _rate_of(self, number: Number) -> Window:
        return self._throughput.setdefault(number.id, Window(1.0))


def usage_header(account: Account, used: int, limit: int) -> dict[str, str]:
    """Meta's own header; the wait is in minutes."""
    share = min(100, round(100 * used / limit)) if limit else 100
    usage = {
        "type": "whatsapp",
        "call_count": share,
        "total_cputime": share // 2,
        "total_time": share // 2,
        "estimated_time_to_regain_access": 60 if used >= limit else 0,
    }
    return {"x-business-use-case-usage": json.dumps({account.id: [usage]})}
