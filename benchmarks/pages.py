"""Pages: the inbox with 50 of 20,000 conversations, request to last byte, against a query written by hand.

One caller asks for one page after another, over one connection, signed in. The floor is the list's statement
alone, prepared, in a transaction of the workspace, under the same row-level security.
"""

import http.client
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import psycopg

from benchmarks.installation import DATABASE, Installation
from benchmarks.memory import peak_mb
from benchmarks.results import Result
from benchmarks.rounds import Round, alternate
from benchmarks.statements import per_request
from parley.core.database_urls import APP_ROLE, with_login
from parley.core.keys import keys_from_text
from parley.operations.browsing import Browser

CONVERSATIONS = 20_000
SHOWN = 50
REQUESTS = 40
_ROW = re.compile(r'data-conversation="([0-9a-f-]{36})"')

_LIST = """
SELECT conversation.id, conversation.unread_count, conversation.last_message, conversation.last_message_type,
       conversation.last_message_from_us, conversation.last_message_at, conversation.window_expires_at,
       contact.id, contact.display_name, contact.profile_name, channel.name, message.status,
       assignee.first_name, assignee.last_name
FROM conversation
JOIN contact ON contact.workspace_id = conversation.workspace_id AND contact.id = conversation.contact_id
JOIN channel ON channel.workspace_id = conversation.workspace_id AND channel.id = conversation.channel_id
LEFT JOIN message ON message.workspace_id = conversation.workspace_id
                 AND message.id = conversation.last_message_ref
LEFT JOIN membership ON membership.workspace_id = conversation.workspace_id
                    AND membership.id = conversation.assignee_id
LEFT JOIN "user" AS assignee ON assignee.id = membership.user_id
WHERE conversation.workspace_id = %(workspace)s AND conversation.status IN ('open', 'pending', 'snoozed')
ORDER BY conversation.last_message_at DESC, conversation.id DESC
LIMIT 50
"""


def run(here: Installation) -> Result:
    """Measure. Raises `AssertionError` where the page shows other conversations than the query found."""
    size = str(CONVERSATIONS)
    company = json.loads(here.types("seed", "--workspaces", "1", "--contacts", size, "--messages", size))
    here.settle()
    with here.serving("root") as (url, pid):
        inbox = f"/w/{company['slug']}/inbox/?tab=all"
        with _signed_in(url, company, inbox) as page, _query(here, company["slug"]) as query:
            for _ in range(REQUESTS):
                page.get()
            assert page.rows() == query.rows()
            statements = per_request(here.server, page.get)
            measured = alternate(page.round, query.round)
            assert page.rows() == query.rows()
        remarks = (f"{statements:.0f} statements a request", f"{CONVERSATIONS:,} conversations")
        return Result("pages", "ms", measured, peak_mb(pid), remarks)


@dataclass(frozen=True, slots=True)
class _Page:
    """One caller at one page."""

    connection: http.client.HTTPConnection
    path: str
    cookies: str

    def get(self) -> str:
        self.connection.request("GET", self.path, headers={"Cookie": self.cookies})
        answer = self.connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, f"{answer.status} {self.path}"
        return text

    def rows(self) -> list[str]:
        """The conversations on the page, in order, each once."""
        return list(dict.fromkeys(_ROW.findall(self.get())))

    def round(self) -> Round:
        latencies = []
        for _ in range(REQUESTS):
            began = time.perf_counter()
            self.get()
            latencies.append(time.perf_counter() - began)
        return Round(1000 * sorted(latencies)[REQUESTS // 2], latencies)


@dataclass(frozen=True, slots=True)
class _Query:
    """The same list, asked of the database directly."""

    connection: psycopg.Connection[tuple[UUID, ...]]
    workspace_id: UUID

    def ask(self) -> list[tuple[UUID, ...]]:
        with self.connection.transaction():
            self.connection.execute(f"SET LOCAL app.workspace_id = '{self.workspace_id}'".encode())
            return self.connection.execute(_LIST, {"workspace": self.workspace_id}, prepare=True).fetchall()

    def rows(self) -> list[str]:
        found = [str(row[0]) for row in self.ask()]
        assert len(found) == SHOWN
        return found

    def round(self) -> float:
        times = []
        for _ in range(REQUESTS):
            began = time.perf_counter()
            self.ask()
            times.append(time.perf_counter() - began)
        return 1000 * sorted(times)[REQUESTS // 2]


@contextmanager
def _signed_in(url: str, company: dict[str, str], path: str) -> Iterator[_Page]:
    """The owner of the company, signed in by the form."""
    browser = Browser(url)
    entered = browser.post_form("/sign-in/", {"email": company["email"], "password": company["password"]})
    assert entered.status == 200, entered.text
    cookies = "; ".join(f"{name}={browser.cookie(name)}" for name in ("sessionid", "csrftoken"))
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port or 80, timeout=60)
    try:
        yield _Page(connection, path, cookies)
    finally:
        connection.close()


@contextmanager
def _query(here: Installation, slug: str) -> Iterator[_Query]:
    password = keys_from_text(here.variables["PARLEY_SECRET_KEY"]).role_password(APP_ROLE)
    with psycopg.connect(here.server.superuser_url(DATABASE)) as connection:
        row = connection.execute("SELECT id FROM workspace WHERE slug = %s", [slug]).fetchone()
    assert row is not None
    url = with_login(here.server.tcp_url(DATABASE), APP_ROLE, password)
    with psycopg.connect(url, autocommit=True) as connection:
        yield _Query(connection, row[0])
