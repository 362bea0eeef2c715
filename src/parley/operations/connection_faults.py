"""What a failed connection means, and what to do about it."""

import re

import psycopg

from parley.core.database_urls import connection_parts, masked
from parley.core.errors import Misconfigured


class DatabaseAway(Misconfigured):
    """Nobody answers, or the server is still starting: waiting may help."""


class SignInRefused(Misconfigured):
    """The server is there and does not let this user in."""


class DatabaseMissing(Misconfigured):
    """The server is there and knows us, but has no such database."""


_MIGRATE_AS_ADMIN = "run `parley migrate` with DATABASE_ADMIN_URL set"

# Looked for in this order in what client and server say. A server may speak another language: then the last
# sentence of `explain` quotes it.
_RULES: tuple[tuple[str, type[Misconfigured], str], ...] = (
    (
        r"failed to resolve host|could not translate host name|name or service not known",
        DatabaseAway,
        "The name of the database server, {host}, cannot be resolved. Correct DATABASE_URL ({url}).",
    ),
    (
        r"connection refused|no such file or directory|timeout expired|timed out|no route|unreachable",
        DatabaseAway,
        "No database answers at {host}. Start PostgreSQL there, or correct DATABASE_URL ({url}).",
    ),
    (
        r"starting up|shutting down|not (yet )?accepting|recovery mode|closed the connection|reset by peer",
        DatabaseAway,
        "The database at {host} is starting or stopping. Try again in a moment.",
    ),
    (
        r"too many (clients|connections)|remaining connection slots",
        DatabaseAway,
        "The database at {host} has no connection left. Raise its max_connections, or lower PARLEY_POOL_MAX.",
    ),
    (
        r"authentication failed|no password supplied|role .* does not exist|not permitted to log in",
        SignInRefused,
        (
            "The database at {host} does not let {user} in: the password is wrong or missing, or there is no "
            f"such role. Correct DATABASE_URL ({{url}}), or {_MIGRATE_AS_ADMIN} to make the roles."
        ),
    ),
    (
        r"database .* does not exist|no such database",
        DatabaseMissing,
        (
            "The server at {host} has no database {database}. Run `parley migrate`, "
            "or correct DATABASE_URL ({url})."
        ),
    ),
    (
        r"no pg_hba\.conf entry|ssl|certificate",
        Misconfigured,
        (
            "The database at {host} refuses this kind of connection: {said}. Correct its pg_hba.conf, "
            "or sslmode in DATABASE_URL ({url})."
        ),
    ),
    (
        r"permission denied for database",
        Misconfigured,
        f"{{user}} may not connect to the database {{database}}: {_MIGRATE_AS_ADMIN}.",
    ),
)


def explain(error: psycopg.Error, url: str) -> Misconfigured:
    """What a failed connection means, as an error to raise."""
    said = _first_sentence(str(error))
    parts = connection_parts(url)
    facts = {
        "host": place_of(url),
        "url": masked(url),
        "user": parts.get("user", "you"),
        "database": parts.get("dbname", ""),
        "said": said,
    }
    for pattern, kind, sentence in _RULES:
        if re.search(pattern, str(error), re.IGNORECASE):
            return kind(sentence.format(**facts))
    return Misconfigured("The database at {host} cannot be used ({url}): {said}".format(**facts))


def place_of(url: str) -> str:
    """Host and port, or the socket's folder, for a sentence."""
    parts = connection_parts(url)
    host = parts.get("host", "localhost")
    return host if host.startswith("/") else f"{host}:{parts.get('port', '5432')}"


def _first_sentence(text: str) -> str:
    """The part after libpq's prefix, without the hints on further lines."""
    line = text.strip().splitlines()[0] if text.strip() else "no reason given"
    return line.rpartition("FATAL:")[2].strip() or line
