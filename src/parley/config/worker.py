"""The worker's process: jobs, the rescue of jobs whose worker died, and the readers of the event log."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import structlog

from parley.core.environment import Environment

if TYPE_CHECKING:
    from procrastinate import App

log = structlog.get_logger(__name__)

_CONCURRENCY = 4
_MOST_ATTEMPTS = 10


def main(environment: Environment) -> None:
    """Work until told to stop. Jobs that run then are given the grace period and handed back after it."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parley.config.settings")
    django.setup()
    asyncio.run(_work(environment))


async def _work(environment: Environment) -> None:
    from procrastinate.contrib.django import app as django_app

    app = django_app.with_connector(django_app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with app.open_async():
        helpers = _helpers(app, environment)
        worker = asyncio.create_task(_again(partial(_do_jobs, app, environment)))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.cancel)
        log.info("worker.ready")
        with suppress(asyncio.CancelledError):
            await asyncio.wait([worker, *helpers], return_when=asyncio.FIRST_COMPLETED)
            worker.cancel()
            await worker
        for task in helpers:
            task.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
    log.info("worker.stopped")


async def _do_jobs(app: "App", environment: Environment) -> None:
    """Returns, or raises, when the database went away: what ran then was waited for, and `_again` goes on."""
    from asgiref.sync import sync_to_async
    from django.db import close_old_connections

    # Periodic jobs are deferred in the one thread that this names; a broken connection would stay in it.
    await sync_to_async(close_old_connections)()
    await app.run_worker_async(
        concurrency=_CONCURRENCY,
        fetch_job_polling_interval=environment.poll_seconds,
        shutdown_graceful_timeout=environment.grace_seconds,
        update_heartbeat_interval=max(1.0, environment.job_rescue_seconds / 3),
        stalled_worker_timeout=environment.job_rescue_seconds,
        delete_jobs="successful",
        install_signal_handlers=False,
        task_middleware=[_on_own_connection],
    )
    await asyncio.sleep(1)


def _on_own_connection(do_job: Callable[[], object], _context: object, _worker: object) -> object:
    """A job runs in any of many threads: it gives its connection back, and inherits no broken one."""
    from django.db import close_old_connections

    try:
        return do_job()
    finally:
        close_old_connections()


def _helpers(app: "App", environment: Environment) -> list[asyncio.Task[None]]:
    """What runs beside the jobs: the readers of the event log, and the rescue."""
    from django.db import close_old_connections

    from parley.core.database_urls import engine_url
    from parley.core.reactors import run_reactors
    from parley.engines.wakeups import EVENTS, Wakeup, listen

    woken = Wakeup(environment.poll_seconds)

    def read_log() -> None:
        try:
            run_reactors(engine_url(environment))
        finally:
            close_old_connections()

    async def react() -> None:
        await asyncio.to_thread(read_log)
        await woken.wait()

    async def rescue() -> None:
        await _rescue(app, environment.job_rescue_seconds)
        await asyncio.sleep(environment.job_rescue_seconds / 3)

    return [
        asyncio.create_task(_again(react)),
        asyncio.create_task(_again(rescue)),
        asyncio.create_task(listen(environment, {EVENTS: lambda _: woken.wake()}, on_gap=woken.wake)),
    ]


async def _again(step: Callable[[], Awaitable[None]]) -> None:
    """Repeat a step for ever; a database that is away is waited for."""
    from django.db import Error
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError

    while True:
        try:
            await step()
        except (OperationalError, Error, ConnectorException) as error:
            log.warning("worker.database_away", reason=type(error).__name__)
            await asyncio.sleep(1)


async def _rescue(app: "App", seconds: float) -> None:
    """Give the jobs of dead workers to the living; one that outlived too many workers has failed."""
    from procrastinate.jobs import Status

    for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
        if stalled.attempts >= _MOST_ATTEMPTS:
            await app.job_manager.finish_job(stalled, status=Status.FAILED, delete_job=False)
        else:
            await app.job_manager.retry_job(stalled)
        log.warning("worker.job_rescued", job=stalled.id, task=stalled.task_name, attempts=stalled.attempts)
