"""`make bench`, or one of them: `make bench ONLY=ingest`. Prints a line each; writes results/latest.json."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import dispatch, ingest, live, pages, results, start
from benchmarks.installation import Installation, installation


def _installed(run: Callable[[Installation], results.Result]) -> Callable[[Path], results.Result]:
    def run_in(folder: Path) -> results.Result:
        with installation(folder) as here:
            return run(here)

    return run_in


BENCHMARKS: dict[str, Callable[[Path], results.Result]] = {
    "dispatch": _installed(dispatch.run),
    "ingest": _installed(ingest.run),
    "live": _installed(partial(live.run, streams=1_000)),
    "live5000": _installed(partial(live.run, streams=5_000)),
    "pages": _installed(pages.run),
    "start": start.run,
}


def main() -> int:
    """Run what was asked for, one after another, each in a place of its own that is gone afterwards."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        default=os.environ.get("ONLY", ""),
        metavar="NAME[,NAME]",
        help=f"of {', '.join(BENCHMARKS)} (default: the variable ONLY, or all)",
    )
    names = [name for name in parser.parse_args().only.split(",") if name] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"There is no benchmark {', '.join(unknown)}. Choose of: {', '.join(BENCHMARKS)}.")
    machine = results.machine()
    print("  ".join(f"{name} {value}" for name, value in machine.items()), flush=True)
    done = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
            done.append(BENCHMARKS[name](Path(folder)))
        print(done[-1], flush=True)
    results.write(done, machine=machine)
    return 0


if __name__ == "__main__":
    sys.exit(main())
