"""Product and floor in turn (A B A B …), so that a busy minute of the machine is bad for both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Round:
    """One round of the product: its figure, and how long each answer took in seconds."""

    value: float
    latencies: Sequence[float]


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians over the rounds, and percentiles over the answers of all of them, in milliseconds."""

    product: float
    floor: float
    p50_ms: float
    p99_ms: float

    @property
    def ratio(self) -> float:
        """Product by floor: of a rate the part that was reached, of a time how many times as long."""
        return self.product / self.floor


def alternate(product: Callable[[], Round], floor: Callable[[], float], *, rounds: int = ROUNDS) -> Measured:
    """Run both, the product first, so many times."""
    values: list[float] = []
    floors: list[float] = []
    latencies: list[float] = []
    for _ in range(rounds):
        done = product()
        values.append(done.value)
        latencies += done.latencies
        floors.append(floor())
    hundredths = quantiles(latencies, n=100, method="inclusive")
    return Measured(
        product=median(values),
        floor=median(floors),
        p50_ms=1000 * median(latencies),
        p99_ms=1000 * hundredths[98],
    )
