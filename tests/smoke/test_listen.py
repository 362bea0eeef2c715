"""Through PgBouncer, DATABASE_LISTEN_URL leads LISTEN past it: what happens is known at once."""

import asyncio
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from parley.core.database_urls import ENGINE_ROLE
from parley.core.environment import environment
from parley.engines.wakeups import INBOUND, listen
from tests.smoke.debian import Postgres15, pgbouncer
from tests.smoke.operator import Operator

pytestmark = pytest.mark.smoke


def test_listening_past_pgbouncer(operator: Operator, postgres: Postgres15, tmp_path: Path) -> None:
    passwords = operator.role_passwords
    login = f"{ENGINE_ROLE}:{passwords[ENGINE_ROLE]}@"
    with pgbouncer(tmp_path / "pgbouncer", postgres, passwords=passwords) as bouncer:
        chosen = replace(
            environment(),
            database_engine_url=bouncer.url(login=login),
            database_listen_url=postgres.url(login=login),
        )

        async def hear() -> str:
            heard: asyncio.Queue[str] = asyncio.Queue()
            listening = asyncio.Event()
            work = listen(chosen, {INBOUND: heard.put_nowait}, on_gap=listening.set)
            task = asyncio.create_task(work)
            await asyncio.wait_for(listening.wait(), 20)
            await asyncio.to_thread(_notify, bouncer.url(login=login), "hello")
            try:
                return await asyncio.wait_for(heard.get(), 20)
            finally:
                task.cancel()

        assert asyncio.run(hear()) == "hello"


def _notify(url: str, payload: str) -> None:
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        connection.execute("SELECT pg_notify(%s, %s)", [INBOUND, payload])
