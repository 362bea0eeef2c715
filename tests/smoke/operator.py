"""Somebody who installs Parley: variables in a shell, commands typed, one process that serves."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from parley.core.database_urls import APP_ROLE, ENGINE_ROLE
from parley.core.keys import keys_from_text
from parley.operations.browsing import Browser
from parley.operations.installation import free_port
from tests.torture.programs import ROOT, Program, plain_variables

_COMMAND_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Operator:
    """Nothing of the tests' own environment reaches what is started here."""

    home: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def with_variables(self, **variables: str) -> "Operator":
        """The same person with further or other variables."""
        return Operator(self.home, {**self.variables, **variables})

    def types(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`parley …` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "parley.cli", *arguments],
            env=self._environment(**variables),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )

    def starts(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """`parley …` without waiting for its end."""
        return subprocess.Popen(
            [sys.executable, "-m", "parley.cli", *arguments],
            env=self._environment(**variables),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def role_passwords(self) -> dict[str, str]:
        """What an operator would write into PgBouncer's list of users."""
        keys = keys_from_text((self.home / "secret.key").read_text("ascii").strip())
        return {role: keys.role_password(role) for role in (APP_ROLE, ENGINE_ROLE)}

    def _environment(self, **variables: str) -> dict[str, str]:
        return {**plain_variables(), "PARLEY_HOME": str(self.home), **self.variables, **variables}


@dataclass(frozen=True, slots=True)
class Site:
    """A Parley that serves."""

    url: str
    operator: Operator
    program: Program

    def new_company(self, name: str) -> Browser:
        """A workspace made by command; its owner, signed in."""
        email = f"owner@{name.lower()}.example"
        made = self.operator.types("user", "create", email, "--new-workspace", name)
        password = re.search(r"^Password: (\S+)$", made.stdout, re.MULTILINE)
        assert password is not None, made.stderr
        return self._signed_in(email, password[1], slug=name.lower())

    def new_companies(self, count: int) -> dict[str, Browser]:
        """So many workspaces at once, by slug; each with its owner, signed in."""
        made = self.operator.types("seed", f"--workspaces={count}", "--contacts=1", "--messages=1")
        assert made.returncode == 0, made.stderr
        companies = [json.loads(line) for line in made.stdout.splitlines()]
        return {
            company["slug"]: self._signed_in(company["email"], company["password"], slug=company["slug"])
            for company in companies
        }

    def _signed_in(self, email: str, password: str, *, slug: str) -> Browser:
        browser = Browser(self.url)
        page = browser.post_form("/sign-in/", {"email": email, "password": password})
        assert (page.status, page.path) == (200, f"/w/{slug}/inbox/")
        return browser


@contextmanager
def serving(operator: Operator, folder: Path) -> Iterator[Site]:
    """`parley serve`, from ready until it has ended on SIGTERM. It has to end well."""
    port = free_port(0)
    folder.mkdir(parents=True)
    here = operator.with_variables(
        PARLEY_BIND=f"127.0.0.1:{port}",
        PARLEY_GATEWAY_NETWORKS="127.0.0.0/8",
        PARLEY_PUBLIC_URL=f"http://127.0.0.1:{port}",
    )
    variables = {**here.variables, "PARLEY_HOME": str(here.home)}
    program = Program("serve", ["-m", "parley.cli", "serve"], variables=variables, folder=folder)
    program.start()
    try:
        program.wait_until_it_says("serve.ready")
        yield Site(f"http://127.0.0.1:{port}", here, program)
    finally:
        program.stop()
    assert "serve.stopped" in program.printed, program.last_words
    assert "Traceback" not in program.printed, program.last_words
