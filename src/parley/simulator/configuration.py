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

QR_ROUNDS = 6
"""Codes that a session shows before it gives up, as WhatsApp has it."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """`store_path` None keeps the world in memory only. `allowed_hosts` are names, besides loopback, under
    which the simulator's own page may be opened."""

    store_path: Path | None = None
    seed: int = 0
    waha_api_key: str = "simulator-key"
    engine: Engine = "GOWS"
    public_url: str = f"http://127.0.0.1:{PORT}"
    pace: Pace = field(default_factory=Pace)
    scripted: bool = False
    script_pace: float = 1.0
    session_seconds: float = 0.3
    first_qr_seconds: float = 60.0
    next_qr_seconds: float = 20.0
    qr_rounds: int = QR_ROUNDS
    webhook_timeout: float = 10.0
    cloud_retry_seconds: tuple[float, ...] = (1, 2, 5, 15, 60, 300, 900, 3600, 7200)
    window_seconds: float = 24 * 3600.0
    file_seconds: float = 180.0
    media_url_seconds: float = 300.0
    allowed_hosts: frozenset[str] = frozenset()
