"""Upkeep of sign-in."""

from procrastinate.contrib.django import app

from parley.access.services import sign_in
from parley.core.jobs import job
from parley.core.transactions import platform_transaction


@app.periodic(cron="41 3 * * *")
@job(name="access.forget_old_attempts", queue="upkeep", retry=False)
def forget_old_attempts(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Every night: failed attempts that no longer count against anybody."""
    with platform_transaction():
        sign_in.forget_old_attempts()
