"""The benchmarks by name."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import dispatch, ingest, live, pages, results, start
from benchmarks.installation import Installation, installation


def measure(name: str) -> results.Result:
    """Run one, in a place of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        return BENCHMARKS[name](Path(folder))


def _installed(run: Callable[[Installation], results.Result]) -> Callable[[Path], results.Result]:
    def run_in(folder: Path) -> results.Result:
        with installation(folder) as here:
            return run(here)

    return run_in


BENCHMARKS: dict[str, Callable[[Path], results.Result]] = {
    "dispatch": _installed(dispatch.run),
    "ingest": _installed(ingest.run),
    "packed": _installed(partial(ingest.run, packed=50)),
    "live": _installed(partial(live.run, streams=1_000)),
    "live5000": _installed(partial(live.run, streams=5_000)),
    "pages": _installed(pages.run),
    "start": start.run,
}
