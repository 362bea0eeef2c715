"""What was measured, as a line for people and a file for programs."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.rounds import Measured
from parley.operations.postmaster import major_version

ROOT = Path(__file__).parents[1]
LATEST = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True, slots=True)
class Result:
    """One line. `remarks` are what only this benchmark has to say, in words."""

    name: str
    unit: str
    measured: Measured
    peak_rss_mb: float
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        found = self.measured
        parts = [
            f"{self.name:<8}",
            f"product {_figure(found.product)} {self.unit}",
            f"floor {_figure(found.floor)} {self.unit}",
            f"ratio {found.ratio:.3g}",
            f"p50 {found.p50_ms:.1f} ms",
            f"p99 {found.p99_ms:.1f} ms",
            f"memory {self.peak_rss_mb:.0f} MB",
            *self.remarks,
        ]
        return "  ".join(parts)

    @property
    def row(self) -> dict[str, object]:
        """What stands in the file."""
        figures = {**asdict(self.measured), "ratio": self.measured.ratio, "peak_rss_mb": self.peak_rss_mb}
        return {
            "name": self.name,
            "unit": self.unit,
            **{name: round(figure, 3) for name, figure in figures.items()},
        }


def write(results: Sequence[Result], *, machine: Mapping[str, object]) -> None:
    """Replace the last run's file."""
    whole = {"commit": commit(), "machine": machine, "results": [result.row for result in results]}
    LATEST.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


def commit() -> str:
    """The commit that is checked out, with a plus where files differ from it; empty without a repository."""
    described = subprocess.run(
        ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip()


def machine() -> dict[str, object]:
    """What the figures depend on. The load says whether somebody else was at work."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "postgresql": major_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
