"""Work that may take time: Procrastinate jobs, deferred in the transaction that caused them.

A job exists exactly when its cause was committed. Arguments are ids, never personal data or secrets.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import procrastinate
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

P = ParamSpec("P")
R = TypeVar("R")

DEFAULT_RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4)


def configure(_app: procrastinate.App) -> None:
    """Named in settings: tasks are found by each app's `tasks` module when Django is ready."""


def job(
    *, queue: str = "default", retry: procrastinate.RetryStrategy | bool = DEFAULT_RETRY, name: str
) -> Callable[[Callable[P, R]], Task[P, R, P]]:
    """Declare a job. `name` is stored with every deferred one, so it never changes once it has landed."""
    return app.task(queue=queue, retry=retry, name=name)


def defer(
    task: Task[..., Any, ...],
    *,
    key: str | None = None,
    lane: str | None = None,
    at: datetime | None = None,
    **arguments: Any,
) -> None:
    """Put the job into the running transaction. With `key`, one that waits under the same key is enough.

    Of those in one `lane` one runs at a time, on all machines, in the order in which they were deferred: one
    that is due later holds up those behind it.
    """
    values = {name: str(value) if isinstance(value, UUID) else value for name, value in arguments.items()}
    options: dict[str, Any] = {}
    if key is not None:
        options["queueing_lock"] = key
    if lane is not None:
        options["lock"] = lane
    if at is not None:
        options["schedule_at"] = at
    with suppress(procrastinate.exceptions.AlreadyEnqueued), transaction.atomic():
        task.configure(**options).defer(**values)
