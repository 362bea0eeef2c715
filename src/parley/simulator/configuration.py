"""What the operator of a simulator may choose. Durations are in seconds."""

from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from parley.simulator.records import Engine


class Pace(Struct, frozen=True, kw_only=True):
    """How soon a message of ours gets its ticks; None means never by itself.

    Each delay is multiplied by a random factor between 1 - spread and 1 + spread.
    """

    sent: float | None = 0.2
    delivered: float | None = 0.8
    read: float | None = 4.0
    spread: float = 0.5


INSTANT = Pace(sent=0, delivered=0, read=0, spread=0)
"""For tests that want all three ticks at once."""

ONLY_SENT = Pace(sent=0, delivered=None, read=None, spread=0)
"""For tests that deliver and read by hand."""


PORT = 8009
"""Where it listens unless told otherwise."""

META_RETRIES = (1.0, 5, 15, 60, 300, 900, 3600, 4 * 3600, *[12 * 3600.0] * 13)
"""At once, then less and less often, for seven days."""

QR_ROUNDS = 6
"""Codes that a session shows before it gives up, as WhatsApp has it."""


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of Meta's limits are enforced on Cloud API numbers. What a number may do is said by the number.

    `throughput`: 130429 above the messages a second of the number, in and out. `pair`: 131056 above one
    message in six seconds to one person; 45 may come at once and are then waited for. `window`: 131047
    outside 24 hours. `tier`: 131048 above the portfolio's unique people outside the window in 24 hours.
    `templates`: only approved ones with the right number of parameters (132000, 132001, 132012, 132015,
    132016). `marketing_per_person`: 131049 above so many marketing templates to one person in 24 hours, None
    for no cap. `management_per_hour`: 80007 above so many calls about templates and numbers for one account.
    """

    throughput: bool = False
    pair: bool = False
    window: bool = True
    tier: bool = False
    templates: bool = False
    marketing_per_person: int | None = None
    management_per_hour: int | None = None


REAL_LIMITS = Limits(
    throughput=True,
    pair=True,
    window=True,
    tier=True,
    templates=True,
    marketing_per_person=2,
    management_per_hour=5000,
)
"""All of them, as Meta has them. How many marketing messages one person gets, Meta does not say."""


class DeliveryHabits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Meta's webhooks come. Up to `batch` changes wait up to `batch_seconds` for each other and come in
    one POST. The given shares of deliveries, between 0 and 1, come twice, or after those that follow."""

    batch: int = 1
    batch_seconds: float = 0.0
    duplicated: float = 0.0
    reordered: float = 0.0


@dataclass(frozen=True, slots=True)
class Configuration:
    """`store_path` None keeps the world in memory only. `allowed_hosts` are names, besides loopback, under
    which the simulator's own page may be opened.

    `review_seconds`: how long a new template waits for Meta's word; None waits for a door.

    `is_deterministic`: time starts at `clock_start`, stands still between calls, and each call moves it by
    `clock_step`; webhooks are posted one after the other. `cloud_retry_seconds` are Meta's pauses between
    attempts, seven days in all, each divided by `retry_speed`.
    """

    store_path: Path | None = None
    seed: int = 0
    waha_api_key: str = "simulator-key"
    engine: Engine = "GOWS"
    public_url: str = f"http://127.0.0.1:{PORT}"
    pace: Pace = field(default_factory=Pace)
    limits: Limits = field(default_factory=Limits)
    delivery_habits: DeliveryHabits = field(default_factory=DeliveryHabits)
    is_deterministic: bool = False
    clock_start: float = 1_767_225_600.0
    clock_step: float = 1.0
    scripted: bool = False
    script_pace: float = 1.0
    session_seconds: float = 0.3
    first_qr_seconds: float = 60.0
    next_qr_seconds: float = 20.0
    qr_rounds: int = QR_ROUNDS
    webhook_timeout: float = 10.0
    cloud_retry_seconds: tuple[float, ...] = META_RETRIES
    retry_speed: float = 1.0
    window_seconds: float = 24 * 3600.0
    review_seconds: float | None = 0.0
    file_seconds: float = 180.0
    media_url_seconds: float = 300.0
    allowed_hosts: frozenset[str] = frozenset()
