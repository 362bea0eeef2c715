"""Reaching the database, or saying in one sentence why not and what to do about it."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import Connection

from parley.core.database_urls import OWNER_ROLE, connection_parts, masked, with_login
from parley.core.errors import Misconfigured
from parley.core.keys import keys
from parley.operations.connection_faults import DatabaseAway, explain, place_of

OLDEST_VERSION = 15
_ATTEMPT_SECONDS = 5
_LONGEST_PAUSE = 2.0


def connect(url: str, *, autocommit: bool = True) -> Connection[Any]:
    """A connection for a command's few statements. Raises `Misconfigured` or one of its kinds above."""
    parts = connection_parts(url)
    parts.setdefault("connect_timeout", str(_ATTEMPT_SECONDS))
    parts.setdefault("application_name", "parley-operations")
    try:
        # PgBouncer in transaction mode keeps no prepared statement.
        return psycopg.connect(autocommit=autocommit, prepare_threshold=None, **parts)  # type: ignore[arg-type]
    except psycopg.Error as error:
        raise explain(error, url) from None


def wait_for(
    url: str, *, patience: float = 30.0, say: Callable[[str], None] | None = None
) -> Connection[Any]:
    """Like `connect`, but a server that is away or not ready gets `patience` seconds. Says so once."""
    deadline = time.monotonic() + patience
    pause = 0.1
    has_said = False
    while True:
        try:
            return _writable(connect(url), url)
        except DatabaseAway as error:
            if time.monotonic() + pause > deadline:
                raise
            if say is not None and not has_said:
                say(f"Waiting up to {patience:.0f} s for the database at {place_of(url)} …")
                has_said = True
            del error
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _writable(connection: Connection[Any], url: str) -> Connection[Any]:
    """A server that still recovers, or follows another one, lets everybody in and nobody write."""
    row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
    if row is not None and row[0]:
        connection.close()
        raise DatabaseAway(
            f"The database at {place_of(url)} can only be read: it is restoring a backup, or follows another "
            f"server. Wait until it is done, or correct DATABASE_URL ({masked(url)}) to name that other one."
        )
    return connection


def check_version(connection: Connection[Any], url: str) -> None:
    """Raise `Misconfigured` for a server that is too old."""
    version = connection.info.server_version // 10_000
    if version < OLDEST_VERSION:
        raise Misconfigured(
            f"The database at {place_of(url)} is PostgreSQL {version}; Parley needs {OLDEST_VERSION} or "
            "newer. Upgrade it, or leave DATABASE_URL unset and use the one that Parley brings along."
        )


def check_serving_role(connection: Connection[Any], url: str) -> None:
    """Refuse to serve people as somebody to whom row-level security does not apply.

    Raises `Misconfigured` for a superuser, a role with BYPASSRLS, and the owner of the tables.
    """
    row = connection.execute(
        """
        SELECT current_user::text, rolsuper, rolbypassrls,
               EXISTS (SELECT FROM pg_class
                       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                         AND pg_has_role(current_user, relowner, 'USAGE')),
               EXISTS (SELECT FROM pg_roles AS owner
                       WHERE owner.rolname = %s AND pg_has_role(current_user, owner.oid, 'MEMBER'))
        FROM pg_roles WHERE rolname = current_user
        """,
        [OWNER_ROLE],
    ).fetchone()
    if row is None:
        raise Misconfigured("The database does not say who is signed in.")
    user, is_superuser, is_above_policies, owns_tables, is_owner = row
    reasons = {
        "is a superuser": is_superuser,
        "bypasses row-level security": is_above_policies,
        "owns the tables": owns_tables or is_owner,
    }
    reason = next((reason for reason, holds in reasons.items() if holds), None)
    if reason is not None:
        parts = {
            key: value for key, value in connection_parts(url).items() if key not in {"user", "password"}
        }
        remedy = masked(with_login(_plain(parts), "parley_app", None))
        raise Misconfigured(
            f"DATABASE_URL signs in as {user}, who {reason}: nothing would keep the workspaces apart. Run "
            f"`DATABASE_ADMIN_URL='{_as_typed(url)}' parley migrate` once, then serve with "
            f"DATABASE_URL={remedy} (its password is derived from the secret key)."
        )


def _as_typed(url: str) -> str:
    """Masked, and without a password that nobody typed because it is derived from the secret key."""
    parts = connection_parts(url)
    user, password = parts.get("user", ""), parts.get("password", "")
    is_derived = password == keys().role_password(user)
    return masked(with_login(url, user, None if is_derived else password))


def _plain(parts: dict[str, str]) -> str:
    return " ".join(f"{key}='{value}'" for key, value in parts.items())
