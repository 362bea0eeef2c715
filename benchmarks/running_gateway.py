"""The gateway of few means as a process: started, asked for its ledger, slowed down."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.installation import until
from benchmarks.results import ROOT
from parley.operations.installation import free_port


@dataclass(slots=True)
class RunningGateway:
    """The other side, in a process of its own."""

    url: str

    def ledger(self) -> list[tuple[float, str]]:
        """When each was accepted by the gateway's clock, and our own id in it."""
        return [(at, ref) for at, ref in self._get("/ledger")]

    def reset(self) -> None:
        self._get("/reset")

    def delay(self, seconds: float) -> None:
        """Answer so much later than it accepts."""
        self._get(f"/delay/{seconds}")

    def count(self) -> int:
        return int(self._get("/count"))

    def answers(self) -> bool:
        """Whether it is there yet."""
        try:
            return self.count() == 0
        except OSError:
            return False

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:  # noqa: S310  our own address
            return json.load(answer)


@contextmanager
def running_gateway() -> Iterator[RunningGateway]:
    """On a loopback port until the block ends."""
    port = free_port(0)
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.gateway", str(port)], cwd=ROOT)
    try:
        gateway = RunningGateway(f"http://127.0.0.1:{port}")
        until(gateway.answers, seconds=30)
        yield gateway
    finally:
        process.kill()
        process.wait()
