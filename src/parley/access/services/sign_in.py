"""Signing in: slow for who guesses, the same for who exists and who does not.

Three steps in two transactions, so that no lock is held while the password is hashed: `begin` counts the
attempt, `verify` compares, `succeed` forgets the failures.
"""

import hmac
import threading
from dataclasses import dataclass
from typing import Final

from django.contrib.auth import authenticate
from django.db import connection
from django.http import HttpRequest

from parley.access.errors import SignInsQueue, TooManySignIns
from parley.access.models import SignInAttempt, User
from parley.access.services.members import normalised_email
from parley.core.clock import now
from parley.core.keys import keys
from parley.core.sql import statement

WINDOW_SECONDS: Final = 15 * 60
PER_ACCOUNT: Final = 10
PER_SOURCE: Final = 50

HASHING_WAIT_SECONDS: Final = 5.0
"""Who waits here holds one of the few threads that serve the pages, so nobody waits for long."""
RETRY_SECONDS: Final = 10

_hashing = threading.BoundedSemaphore(2)
"""argon2id takes 100 MB for its moment: many at once must not take the machine."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted attempt. A failure stays counted for 15 minutes."""

    id: int
    account: bytes


def begin(*, email: str, source: str, device: str = "") -> Attempt:
    """Count an attempt, before anything is compared, so that many at once are counted as well.

    Raises `TooManySignIns` after 10 failures of the account or 50 of the source in 15 minutes. A browser that
    has signed in to this account before is `device`, and is counted by itself: strangers cannot lock it out.
    """
    account = _keyed_hash("account", f"{normalised_email(email)}\n{device}")
    origin = _keyed_hash("source", source)
    with connection.cursor() as cursor:
        # Account before source, always: two attempts that share both never wait for each other in a ring.
        for key in (account, origin):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key[:8], "big", signed=True)])
        cursor.execute(
            statement("parley.access", "sign_in", "wait_before_next"),
            {
                "account": account,
                "source": origin,
                "window": WINDOW_SECONDS,
                "per_account": PER_ACCOUNT,
                "per_source": PER_SOURCE,
            },
        )
        (wait,) = cursor.fetchone()
        if wait is not None:
            raise TooManySignIns(retry_after=max(1, wait))
        cursor.execute(
            statement("parley.access", "sign_in", "count_attempt"), {"account": account, "source": origin}
        )
        (attempt_id,) = cursor.fetchone()
    return Attempt(id=attempt_id, account=account)


def verify(request: HttpRequest, *, email: str, password: str) -> User | None:
    """The person, or None: unknown, inactive and mistaken cannot be told apart, nor timed.

    Raises `SignInsQueue` where its turn does not come in time; the attempt stays counted, for it was one.
    """
    if not _hashing.acquire(timeout=HASHING_WAIT_SECONDS):
        raise SignInsQueue(retry_after=RETRY_SECONDS)
    try:
        user = authenticate(request, username=normalised_email(email), password=password)
    finally:
        _hashing.release()
    return user if isinstance(user, User) else None


def succeed(attempt: Attempt, user: User) -> None:
    """Forget the account's failures, and note when the person came."""
    SignInAttempt.objects.filter(account=attempt.account).delete()
    user.last_login_at = now()
    User.objects.filter(id=user.id).update(last_login_at=user.last_login_at)


def forget_old_attempts() -> int:
    """Remove what no longer counts against anybody; returns how many. For the daily upkeep."""
    with connection.cursor() as cursor:
        cursor.execute(statement("parley.access", "sign_in", "forget_old"), {"window": WINDOW_SECONDS})
        return int(cursor.rowcount)


def _keyed_hash(kind: str, value: str) -> bytes:
    return hmac.digest(keys().derive(f"sign-in {kind}"), value.encode(), "sha256")
