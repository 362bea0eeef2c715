"""How long a page waits for the database: a connection may stand for hours while nothing comes through it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.errors import _WaitTimeout

_LEAST_SECONDS = 0.01
"""A connection that is rolled back after its time is up must not wait anew."""


@dataclass(slots=True)
class _Budget:
    seconds: float


_budget: ContextVar[_Budget | None] = ContextVar("database_patience", default=None)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Within the block all waiting for the database takes so long at most, then fails as if it were away.

    Time spent on other things does not count. Without such a block a statement takes the time it takes.
    """
    before = _budget.set(_Budget(seconds))
    try:
        yield
    finally:
        _budget.reset(before)


class PatientConnection(Connection[Any]):
    """A connection that keeps to the `patience` of whoever waits for it. One that ran out is closed."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        budget = _budget.get()
        if budget is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        began = time.monotonic()
        try:
            return super().wait(gen, interval, max(budget.seconds, _LEAST_SECONDS))
        except _WaitTimeout:
            self.pgconn.finish()
            raise OperationalError("The database did not answer in time.") from None
        finally:
            budget.seconds -= time.monotonic() - began
