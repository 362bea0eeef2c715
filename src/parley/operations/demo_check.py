"""`parley demo --check`: the demo in a temporary place, walked through its real doors, with timings.

It starts `parley demo` as a person would, goes through the steps below by HTTP alone, ends it with Ctrl-C,
and looks whether anything was left behind. The last line it prints is its verdict.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from parley.operations.browsing import Browser
from parley.operations.demo_journey import STEPS, Step, StepFailed, Walk
from parley.operations.installation import free_port

_START_SECONDS = 120.0
_STOP_SECONDS = 30.0


def check(*, say: Callable[[str], None]) -> int:
    """Walk the journey; 0 when all of it went well."""
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="parley-check-") as folder:
            home = Path(folder) / "home"
            with _running_demo(home) as walk:
                say(f"started                    {time.monotonic() - began:6.2f} s")
                for step in STEPS:
                    _take(step, walk, say=say)
            _check_nothing_left(home, walk)
        say("ended, nothing left behind")
    except StepFailed as failed:
        say(f"FAILED: {failed}")
        return 1
    say(f"OK: the whole journey, in {time.monotonic() - began:.1f} s")
    return 0


def _take(step: Step, walk: Walk, *, say: Callable[[str], None]) -> None:
    began = time.monotonic()
    try:
        seen = step.act(walk)
    except StepFailed as failed:
        raise StepFailed(f"{step.name}: {failed}") from None
    except OSError as error:
        raise StepFailed(f"{step.name}: {error}") from None
    say(f"{step.name:<26} {time.monotonic() - began:6.2f} s  {seen}")


@contextmanager
def _running_demo(home: Path) -> Iterator[Walk]:
    port = free_port(0)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "DATABASE_"))
    }
    variables = {**kept, "PARLEY_HOME": str(home), "PARLEY_BIND": f"127.0.0.1:{port}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "parley.cli", "demo"],
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_open(process, url)
        state = json.loads((home / "demo.json").read_text(encoding="utf-8"))
        yield Walk(
            url=url,
            simulator_url=f"http://127.0.0.1:{state['simulator_port']}",
            password=state["password"],
            browser=Browser(url),
        )
    finally:
        _end(process)


def _wait_until_open(process: subprocess.Popen[str], url: str) -> None:
    """Read what the demo prints until it names its address: then it can be used."""
    deadline = time.monotonic() + _START_SECONDS
    printed: list[str] = []
    assert process.stdout is not None  # noqa: S101  asked for above
    for line in process.stdout:
        printed.append(line)
        if url in line:
            return
        if time.monotonic() > deadline:
            break
    raise StepFailed(f"the demo did not start:\n{''.join(printed)}")


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise StepFailed(f"the demo did not end within {_STOP_SECONDS:.0f} s of Ctrl-C") from None


def _check_nothing_left(home: Path, walk: Walk) -> None:
    """No process of this home, and nobody on its ports."""
    left = _processes_of(home)
    if left:
        raise StepFailed(f"processes are left: {', '.join(left)}")
    for url in (walk.url, walk.simulator_url):
        port = int(url.rpartition(":")[2])
        if free_port(port) != port:
            raise StepFailed(f"port {port} is still in use")


def _processes_of(home: Path) -> list[str]:
    if sys.platform != "linux":
        shown = subprocess.run(
            ["ps", "-axww", "-o", "pid=,args="], capture_output=True, text=True, check=False
        )
        return [line.strip() for line in shown.stdout.splitlines() if str(home) in line]
    left = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
            if str(home) in command:
                left.append(f"{path.parent.name} {command}")
    return left
