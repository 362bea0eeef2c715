"""Starts a program that cannot outlive the run, however that ends: `leash.py <pid of the run> <program> …`.

The kernel kills it when the run's main thread is gone; the setting survives the `exec`. Run with `-S -E`.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the program."""
    owner, program = int(sys.argv[1]), sys.argv[2]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The run may have ended before the line above.
        if os.getppid() != owner:
            sys.exit(1)
    os.execv(program, sys.argv[2:])  # noqa: S606  the very point of it


if __name__ == "__main__":
    main()
