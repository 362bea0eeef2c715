"""Which database, and as whom: arithmetic over the operator's variables, without a connection.

`DATABASE_URL` names server and database. The serving processes sign in as parley_app, the engines as
parley_engine, migrations as parley_owner; their passwords are derived from the master key unless a URL
carries one. Without `DATABASE_URL` the embedded server under `PARLEY_HOME` is meant.
"""

import hashlib
import re
import tempfile
from pathlib import Path
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from parley.core.environment import Environment
from parley.core.errors import Misconfigured
from parley.core.keys import Keys, keys

APP_ROLE = "parley_app"
ENGINE_ROLE = "parley_engine"
OWNER_ROLE = "parley_owner"
SEARCH_ROLE = "parley_search"
SUPERUSER = "postgres"
DEFAULT_DATABASE = "parley"
EMBEDDED_PORT = 5432
"""Part of the socket's file name; nothing listens on a network port of this number."""

# The kernel refuses longer socket paths: 108 bytes on Linux, 104 on macOS, with the closing zero.
_LONGEST_SOCKET_PATH = 103
_SERVING_ROLES = frozenset({APP_ROLE, ENGINE_ROLE})
_ROLES_OF_OURS = _SERVING_ROLES | {OWNER_ROLE}
_PASSWORD_IN_URL = re.compile(r"(://[^/?#\s:@]*):[^/?#\s@]*@|(password=)('[^']*'|[^\s&]*)", re.IGNORECASE)


def app_url(environment: Environment) -> str:
    """For the processes that serve people. A user other than parley_app is kept, and refused at start."""
    return _signed_in(serving_url(environment), default_role=APP_ROLE)


def engine_url(environment: Environment) -> str:
    """For ingest, sender and realtime: `DATABASE_ENGINE_URL`, or parley_engine on the same database."""
    if environment.database_engine_url:
        return _signed_in(environment.database_engine_url, default_role=ENGINE_ROLE)
    return with_login(serving_url(environment), ENGINE_ROLE, keys().role_password(ENGINE_ROLE))


def listen_url(environment: Environment) -> str:
    """For LISTEN, which PgBouncer in transaction mode loses: `DATABASE_LISTEN_URL`, or else `engine_url`."""
    if environment.database_listen_url:
        return _signed_in(environment.database_listen_url, default_role=ENGINE_ROLE)
    return engine_url(environment)


def owner_url(environment: Environment) -> str:
    """For migrations: parley_owner on the same database, with its own password where a URL carries it."""
    for url in (environment.database_admin_url, serving_url(environment)):
        parts = connection_parts(url) if url else {}
        if parts.get("user") == OWNER_ROLE:
            return _signed_in(url, default_role=OWNER_ROLE)
    url = environment.database_admin_url or serving_url(environment)
    in_database = with_database(url, database_name(environment))
    return with_login(in_database, OWNER_ROLE, keys().role_password(OWNER_ROLE))


def admin_url(environment: Environment) -> str:
    """As whom `parley migrate` comes: `DATABASE_ADMIN_URL`, or else the user in `DATABASE_URL`.

    Where that is one who serves, or nobody, the owner comes instead: enough for all that is there already.
    """
    if environment.database_admin_url:
        return _signed_in(environment.database_admin_url)
    if environment.database_url:
        names_nobody_else = connection_parts(environment.database_url).get("user") in {None, *_SERVING_ROLES}
        return owner_url(environment) if names_nobody_else else _signed_in(environment.database_url)
    return with_login(serving_url(environment), SUPERUSER, keys().role_password(SUPERUSER))


def serving_url(environment: Environment) -> str:
    """Server and database of this installation, before anybody signs in."""
    return environment.database_url or embedded_url(environment.home)


def database_name(environment: Environment) -> str:
    """The database of this installation, `parley` where the URL names none."""
    return connection_parts(serving_url(environment)).get("dbname") or DEFAULT_DATABASE


def role_passwords(environment: Environment, master: Keys | None = None) -> dict[str, str]:
    """The password that each role has to have so that the URLs above work."""
    master = master or keys()
    passwords = {role: master.role_password(role) for role in (OWNER_ROLE, APP_ROLE, ENGINE_ROLE)}
    for url in (environment.database_url, environment.database_engine_url, environment.database_admin_url):
        parts = connection_parts(url) if url else {}
        role, password = parts.get("user", ""), parts.get("password", "")
        if role in passwords and password:
            passwords[role] = password
    return passwords


def embedded_socket_directory(home: Path) -> Path:
    """Where the embedded server's socket is: beside its data, or in the temporary folder if too long."""
    directory = home / "postgres" / "socket"
    if len(str(directory / f".s.PGSQL.{EMBEDDED_PORT}").encode()) <= _LONGEST_SOCKET_PATH:
        return directory
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"parley-{digest}"


def embedded_url(home: Path, database: str = DEFAULT_DATABASE) -> str:
    """The embedded server's address, without user and password."""
    return _normal(
        {"dbname": database, "host": str(embedded_socket_directory(home)), "port": str(EMBEDDED_PORT)}
    )


def connection_parts(url: str) -> dict[str, str]:
    """A URL or a `key=value` string taken apart. Raises `Misconfigured`, never showing the password."""
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        raise Misconfigured(
            f"{masked(url)!r} is not the address of a PostgreSQL database. "
            "Write DATABASE_URL like postgresql://db.example.com:5432/parley"
        ) from None
    return {key: str(value) for key, value in parts.items() if value is not None}


def with_login(url: str, user: str, password: str | None) -> str:
    """The same server and database, signed in as `user`."""
    parts = {key: value for key, value in connection_parts(url).items() if key not in {"user", "password"}}
    parts["user"] = user
    if password:
        parts["password"] = password
    return _normal(parts)


def with_database(url: str, database: str) -> str:
    """The same server and user, another database."""
    return _normal({**connection_parts(url), "dbname": database})


def masked(url: str) -> str:
    """The URL without its password, to be shown."""
    return _PASSWORD_IN_URL.sub(lambda found: f"{found[1]}:***@" if found[1] else f"{found[2]}***", url)


def _signed_in(url: str, *, default_role: str = "") -> str:
    """The URL with the password of a role of ours where it has none; without any role libpq chooses one."""
    parts = connection_parts(url)
    role = parts.setdefault("user", default_role)
    if role in _ROLES_OF_OURS and not parts.get("password"):
        parts["password"] = keys().role_password(role)
    return _normal(parts)


def _normal(parts: dict[str, str]) -> str:
    """One spelling for all: sockets and lists of hosts go into the query, everything else in front."""
    rest = dict(parts)
    user, password = rest.pop("user", ""), rest.pop("password", "")
    database = rest.pop("dbname", "") or DEFAULT_DATABASE
    host, port = rest.pop("host", ""), rest.pop("port", "")
    login = (
        quote(user, safe="") + (f":{quote(password, safe='')}" if password else "") + ("@" if user else "")
    )
    is_plain_host = bool(host) and "/" not in host and "," not in host and "@" not in host
    if is_plain_host:
        place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    else:
        place = ""
        rest = {**({"host": host} if host else {}), **({"port": port} if port else {}), **rest}
    query = f"?{urlencode(rest, quote_via=quote)}" if rest else ""
    return f"postgresql://{login}{place}/{quote(database, safe='')}{query}"
