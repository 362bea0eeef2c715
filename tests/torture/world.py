"""One installation under torture: a database of its own, Parley's processes, a simulated WhatsApp."""

import copy
import itertools
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, dict_row

from parley.core.environment import environment
from parley.core.ids import new_id
from parley.operations.browsing import Browser
from parley.operations.installation import free_port
from parley.simulator.testing import Simulator
from tests.torture.cluster import EMAIL, Cluster
from tests.torture.programs import ROOT, Program, plain_variables, until
from tests.torture.proxy import Proxy, running_proxy

LEASE_SECONDS = 2
RESCUE_SECONDS = 2
SEND_TIMEOUT_SECONDS = 2
_READY = {
    "root": "edge.ready",
    "edge": "edge.ready",
    "applier": "applier.ready",
    "worker": "worker.ready",
    "sender": "sender.ready",
}
_TAKING = {"edge", "root"}
_ADD_WORKSPACE = """
WITH added AS (
  INSERT INTO workspace (id, name, slug, status, timezone, locale, country, currency)
  SELECT %(id)s, %(name)s, %(slug)s, status, timezone, locale, country, currency FROM workspace LIMIT 1
  RETURNING id
)
INSERT INTO membership (workspace_id, id, user_id, role, status)
SELECT added.id, gen_random_uuid(), "user".id, 'owner', 'active' FROM added, "user" WHERE email = %(email)s
"""
_numbers = itertools.count(1)


class World:
    """Parley as an operator runs it, each part in a process of its own.

    Parley reaches PostgreSQL through `database_proxy`, and channels that were connected so reach the
    simulator through `provider_proxy`.
    """

    def __init__(self, cluster: Cluster, folder: Path, proxies: tuple[Proxy, Proxy], ports: tuple[int, int]):
        self.cluster = cluster
        self.company = cluster.company
        self.folder = folder
        self.database = cluster.new_database(f"torture_{next(_numbers)}")
        self.database_proxy, self.provider_proxy = proxies
        self.url = f"http://127.0.0.1:{ports[0]}"
        self.whatsapp = Simulator(f"http://127.0.0.1:{ports[1]}")
        self.programs: dict[str, Program] = {}
        self._simulator_port = ports[1]

    def start(self, *names: str) -> None:
        """Start processes by name and wait until they are ready: `edge`, `root`, `worker`, `simulator`,
        `sender`, or `sender.2` for one more. The first that takes webhooks brings an `applier` with it."""
        if _TAKING & set(names) and "applier" not in self.programs:
            names = (*names, "applier")
        for name in names:
            self.begin(name)
        for name in names:
            self.wait_until_ready(name)

    def begin(self, name: str) -> None:
        """Start a process without waiting for it."""
        if name not in self.programs:
            self.programs[name] = self._program(name)
        self.programs[name].start()

    def wait_until_ready(self, name: str) -> None:
        kind = name.partition(".")[0]
        if kind == "simulator":
            until(lambda: answers(f"{self.whatsapp.url}/ping") == 200, seconds=30, what="the simulator")
            return
        self.programs[name].wait_until_it_says(_READY[kind])
        if kind in _TAKING:
            until(lambda: answers(f"{self.url}/readyz") == 200, seconds=30, what="/readyz")

    def kill(self, *names: str) -> None:
        """kill -9."""
        for name in names:
            self.programs[name].kill()

    def rows(self, query: str, **parameters: object) -> list[DictRow]:
        """Read as the owner, in the company's workspace, directly."""
        with self._owner() as connection:
            return connection.execute(query, parameters).fetchall()

    def write(self, statement: str, **parameters: object) -> None:
        """Change something as the owner, in the company's workspace, directly."""
        with self._owner() as connection:
            connection.execute(statement, parameters)

    @property
    def workspace_id(self) -> UUID:
        return self.company.workspace_id

    def doctor(self, *, grace: float = 20) -> None:
        """Parley's own check of its promises finds nothing wrong."""
        done = subprocess.run(
            [sys.executable, "-m", "parley.cli", "doctor", "--all", "--grace", str(grace)],
            env={**plain_variables(), **self._variables()},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        print(f"doctor: {done.stdout.strip()}")  # noqa: T201
        assert done.returncode == 0, f"The doctor found something:\n{done.stdout}{done.stderr}"

    def beside(self, name: str) -> "World":
        """Another workspace of the same installation, with the same owner; processes are shared."""
        neighbour = copy.copy(self)
        workspace_id = new_id()
        slug = name.lower()
        neighbour.company = replace(self.company, workspace_id=workspace_id, slug=slug)
        neighbour.write(_ADD_WORKSPACE, id=workspace_id, name=name, slug=slug, email=EMAIL)
        return neighbour

    def signed_in(self) -> Browser:
        """The owner of the company, at their desk. Needs `root`."""
        browser = Browser(self.url)
        page = browser.post_form("/sign-in/", {"email": EMAIL, "password": self.company.password})
        assert page.path.startswith("/w/"), f"signing in led to {page.path} ({page.status})"
        return browser

    def end(self) -> None:
        """Stop everything that was started."""
        for program in self.programs.values():
            program.kill()
        for program in self.programs.values():
            print(f"--- {program.name}, started {program.starts} times\n{program.last_words}")  # noqa: T201
        self.cluster.revive()
        print(f"--- postgres\n{self.cluster.last_words}")  # noqa: T201
        self.cluster.drop(self.database)

    @contextmanager
    def _owner(self) -> Iterator[psycopg.Connection[DictRow]]:
        url = self.cluster.owner_url(self.database)
        with psycopg.connect(url, row_factory=dict_row, connect_timeout=5) as connection:
            connection.execute(f"SET LOCAL app.workspace_id = '{self.workspace_id}'")
            yield connection

    def _program(self, name: str) -> Program:
        kind = name.partition(".")[0]
        if kind == "simulator":
            store = str(self.folder / "simulator.sqlite")
            arguments = ["-m", "parley.simulator.server", "--port", str(self._simulator_port)]
            arguments += ["--store", store, "--pace", "only-sent"]
        else:
            arguments = ["-m", "parley.cli", kind]
        return Program(name, arguments, variables=self._variables(), folder=self.folder)

    def _variables(self) -> dict[str, str]:
        settings: dict[str, Any] = {
            "DATABASE_URL": f"postgresql://127.0.0.1:{self.database_proxy.port}/{self.database}",
            "PARLEY_BIND": self.url.removeprefix("http://"),
            "PARLEY_GATEWAY_NETWORKS": "127.0.0.0/8",
            "PARLEY_HOME": self.folder / "home",
            "PARLEY_JOB_RESCUE_SECONDS": RESCUE_SECONDS,
            "PARLEY_LEASE_SECONDS": LEASE_SECONDS,
            "PARLEY_POLL_SECONDS": 0.2,
            "PARLEY_POOL_MAX": 8,
            "PARLEY_PUBLIC_URL": self.url,
            "PARLEY_SECRET_KEY": environment().secret_key,
            "PARLEY_SEND_RETRY_SECONDS": 0.2,
            "PARLEY_SEND_TIMEOUT_SECONDS": SEND_TIMEOUT_SECONDS,
        }
        return {name: str(value) for name, value in settings.items()}


@contextmanager
def running_world(cluster: Cluster, folder: Path) -> Iterator[World]:
    """An installation in which nothing runs yet. Whatever happens in the block, nothing of it is left."""
    with ExitStack() as stack:
        database_port = cluster.server.port
        assert database_port is not None
        ports = free_port(0), free_port(0)
        proxies = (
            stack.enter_context(running_proxy(("127.0.0.1", database_port))),
            stack.enter_context(running_proxy(("127.0.0.1", ports[1]))),
        )
        world = World(cluster, folder, proxies, ports)
        stack.callback(world.end)
        yield world


def answers(url: str) -> int | None:
    """The status of a GET, None where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  our own http address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None
