"""`make bench`, or one of them: `make bench ONLY=ingest`. Prints a line each; writes results/latest.json."""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks import results
from benchmarks.catalogue import BENCHMARKS, measure


def main() -> int:
    """Run what was asked for, one after another."""
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
    # Each in a process of its own: Django knows one database in its life.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as alone:
        for name in names:
            done.append(alone.submit(measure, name).result())
            print(done[-1], f"load {os.getloadavg()[0]:.1f}", sep="  ", flush=True)
    results.write(done, machine=machine)
    return 0


if __name__ == "__main__":
    sys.exit(main())
