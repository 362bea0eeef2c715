"""Start: the second start of the demo, from the command to its first page, against the embedded server alone.

The first start makes the sample company and is not timed. Memory is that of all processes at the first page.
"""

import json
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks.installation import DATABASE, plain_variables, running, until, until_answered
from benchmarks.memory import tree_mb
from benchmarks.results import Result
from benchmarks.rounds import Round, alternate
from parley.core.keys import KEY_FILE, keys_from_text
from parley.operations.browsing import Browser
from parley.operations.embedded import embedded_server
from parley.operations.installation import free_port

_OWNER = "ana@casalume.example"
_LAST_WORDS = "Ctrl-C ends it."
_FIRST_START_SECONDS = 180.0
_ROW = re.compile(r'data-conversation="([0-9a-f-]{36})"')


def run(folder: Path) -> Result:
    """Measure. Raises `AssertionError` where a start lost what the one before it had."""
    # Below the range that the kernel gives out by itself: it has to be free again at every start.
    port = free_port(random.randrange(21_000, 29_000))  # noqa: S311  any will do
    home = folder / "home"
    variables = {**plain_variables(), "PARLEY_BIND": f"127.0.0.1:{port}", "PARLEY_HOME": str(home)}
    demo = _Demo(home, f"http://127.0.0.1:{port}", variables)
    demo.make_company()
    measured = alternate(demo.round, lambda: _server_alone(home))
    return Result("start", "s", measured, max(demo.occupied_mb))


@dataclass(slots=True)
class _Demo:
    """`parley demo` of one home, started again and again."""

    home: Path
    url: str
    variables: Mapping[str, str]
    occupied_mb: list[float] = field(default_factory=list)
    _seen: frozenset[str] = frozenset()

    def make_company(self) -> None:
        """The first start, until it says that everything is there."""
        output = self.home.with_name("first-start")
        with running(["demo"], self.variables, output=output):
            until(lambda: _LAST_WORDS in output.read_text("utf-8"), seconds=_FIRST_START_SECONDS)
            self._check_kept()

    def round(self) -> Round:
        began = time.perf_counter()
        with running(["demo"], self.variables) as process:
            until_answered(f"{self.url}/sign-in/", process)
            seconds = time.perf_counter() - began
            self.occupied_mb.append(tree_mb(process.pid))
            self._check_kept()
        return Round(seconds, [seconds])

    def _check_kept(self) -> None:
        """The password still opens the door, and everybody who was in the inbox is there."""
        state = json.loads((self.home / "demo.json").read_text(encoding="utf-8"))
        browser = Browser(self.url)
        page = browser.post_form("/sign-in/", {"email": _OWNER, "password": state["password"]})
        assert page.path.startswith("/w/"), f"{page.status} {page.path}"
        inbox = browser.get(f"/w/{page.path.split('/')[2]}/inbox/?tab=all")
        shown = frozenset(_ROW.findall(inbox.text))
        assert shown, "The inbox is empty."
        assert self._seen <= shown, f"{len(self._seen - shown)} conversations are gone."
        self._seen = shown


def _server_alone(home: Path) -> float:
    """Seconds until the database of the same home answers, with nothing else started."""
    master = keys_from_text((home / KEY_FILE).read_text(encoding="ascii").strip())
    began = time.perf_counter()
    with embedded_server(home, master=master) as server:
        with psycopg.connect(server.superuser_url(DATABASE)) as connection:
            connection.execute("SELECT 1")
        return time.perf_counter() - began
