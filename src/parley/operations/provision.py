"""Making the database ready for migrations: roles, the database itself, extensions and who may do what.

Everything here may be run again at any time, by a superuser, by a role with CREATEROLE and CREATEDB (which is
what hosted databases give out), or by parley_owner once the rest exists. It never widens what a migration has
narrowed: privileges on tables are given to those yet to come, not to those there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql

from parley.core.database_urls import (
    APP_ROLE,
    ENGINE_ROLE,
    OWNER_ROLE,
    SEARCH_ROLE,
    connection_parts,
    masked,
    with_database,
    with_login,
)
from parley.core.errors import Misconfigured
from parley.operations.connecting import check_version, connect, wait_for
from parley.operations.connection_faults import DatabaseMissing, SignInRefused, place_of

EXTENSIONS = ("btree_gin", "pg_trgm", "unaccent")

# A statement that runs longer is a fault; a transaction that nobody continues holds its locks and the vacuum.
_ROLE_SETTINGS = {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s", "timezone": "UTC"}
_LOCK = 7_262_539_001
"""Two `parley migrate` at once take turns; the number has no meaning but to be ours."""


@dataclass(frozen=True, slots=True)
class _Admin:
    """Who makes the roles, and what it may."""

    name: str
    is_superuser: bool
    may_create_roles: bool
    may_create_databases: bool


def provision(
    admin_url: str,
    database: str,
    *,
    passwords: Mapping[str, str],
    patience: float = 30.0,
    say: Callable[[str], None] | None = None,
) -> None:
    """Make roles, database, extensions and privileges. `passwords` is by role, see `role_passwords`.

    Raises `Misconfigured` where the server is away, too old, or the admin may not do what is missing.
    """
    with _connect_somewhere(admin_url, database, patience=patience, say=say) as connection:
        check_version(connection, admin_url)
        admin = _who_is(connection)
        if admin.name != OWNER_ROLE:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                _make_roles(connection, admin, passwords)
            _make_database(connection, admin, database)
    owner_password = passwords[OWNER_ROLE]
    if admin.name == OWNER_ROLE:
        owner_password = connection_parts(admin_url).get("password", owner_password)
    owner_url = with_login(with_database(admin_url, database), OWNER_ROLE, owner_password)
    with connect(owner_url) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _prepare_database(connection, database)


def narrow_bookkeeping(owner_url: str) -> None:
    """After migrations: the serving roles read which of them ran, and never write it."""
    with connect(owner_url) as connection:
        connection.execute(
            sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}, {}").format(
                sql.Identifier(APP_ROLE), sql.Identifier(ENGINE_ROLE)
            )
        )


def _connect_somewhere(
    admin_url: str, database: str, *, patience: float, say: Callable[[str], None] | None
) -> Connection[Any]:
    """The admin's own database may not exist (yet): every server has one of the last two."""
    if connection_parts(admin_url).get("user") == OWNER_ROLE:
        return _connect_as_owner(with_database(admin_url, database), patience=patience, say=say)
    for name in (connection_parts(admin_url).get("dbname") or database, "postgres"):
        try:
            return wait_for(with_database(admin_url, name), patience=patience, say=say)
        except DatabaseMissing:
            continue
    return connect(with_database(admin_url, "template1"))


def _connect_as_owner(url: str, *, patience: float, say: Callable[[str], None] | None) -> Connection[Any]:
    """The owner brings up to date what is there; the roles and the database are made by somebody above."""
    try:
        return wait_for(url, patience=patience, say=say)
    except (DatabaseMissing, SignInRefused):
        admin = masked(with_database(with_login(url, "ADMIN", None), "postgres"))
        raise Misconfigured(
            f"{OWNER_ROLE} cannot sign in at {place_of(url)}: role and database are not made yet, or were "
            "made with another secret key. Run this once with DATABASE_ADMIN_URL set to a superuser, or to "
            f"a user with CREATEROLE and CREATEDB: DATABASE_ADMIN_URL='{admin}' parley migrate"
        ) from None


def _who_is(connection: Connection[Any]) -> _Admin:
    row = connection.execute(
        "SELECT rolname::text, rolsuper, rolsuper OR rolcreaterole, rolsuper OR rolcreatedb"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None:
        raise Misconfigured("The database does not say who is signed in.")
    return _Admin(*row)


def _make_roles(connection: Connection[Any], admin: _Admin, passwords: Mapping[str, str]) -> None:
    existing = _existing_roles(connection)
    missing = [role for role in (OWNER_ROLE, APP_ROLE, ENGINE_ROLE) if role not in existing]
    if not admin.may_create_roles:
        if missing:
            raise Misconfigured(
                f"{admin.name} may not create roles, and {', '.join(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} missing. Set DATABASE_ADMIN_URL to a user who may "
                "(CREATEROLE and CREATEDB, or the superuser) for this one command."
            )
        return
    for role in (OWNER_ROLE, APP_ROLE, ENGINE_ROLE):
        _make_role(connection, admin, role, password=passwords[role], is_new=role in missing)
    if not admin.is_superuser:
        # To make a database for another role one has to be a member of it.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER_ROLE)))
    if SEARCH_ROLE not in existing:
        _try_search_role(connection)


def _existing_roles(connection: Connection[Any]) -> set[str]:
    """Also makes sure that none of ours has powers that would void row-level security."""
    rows = connection.execute(
        "SELECT rolname::text, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = ANY(%s)",
        [[OWNER_ROLE, APP_ROLE, ENGINE_ROLE, SEARCH_ROLE]],
    ).fetchall()
    for role, is_above_policies in rows:
        if is_above_policies and role != SEARCH_ROLE:
            raise Misconfigured(
                f"The role {role} is a superuser or bypasses row-level security. As the superuser, run: "
                f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS"
            )
    return {role for role, _ in rows}


def _make_role(connection: Connection[Any], admin: _Admin, role: str, *, password: str, is_new: bool) -> None:
    # Hashed on our side, so that the password is in no statement and in no log of the server.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    name = sql.Identifier(role)
    try:
        with connection.transaction():
            if is_new:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                        name
                    )
                )
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(verifier)))
            for setting, value in _ROLE_SETTINGS.items() if role != OWNER_ROLE else ():
                connection.execute(
                    sql.SQL("ALTER ROLE {} SET {} = {}").format(
                        name, sql.Identifier(setting), sql.Literal(value)
                    )
                )
    except psycopg.errors.InsufficientPrivilege:
        raise Misconfigured(
            f"{admin.name} may not change the role {role}, which somebody else made. Run `parley migrate` as "
            f"that user, or let {admin.name} do it: GRANT {role} TO {admin.name} WITH ADMIN OPTION"
        ) from None


def _try_search_role(connection: Connection[Any]) -> None:
    """Only a superuser can make it; without it, searching keeps to indexes that row-level security allows."""
    name = sql.Identifier(SEARCH_ROLE)
    try:
        with connection.transaction():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN BYPASSRLS").format(name))
            connection.execute(sql.SQL("GRANT {} TO {}").format(name, sql.Identifier(OWNER_ROLE)))
    except psycopg.errors.InsufficientPrivilege:
        return


def _make_database(connection: Connection[Any], admin: _Admin, database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER_ROLE)
    row = connection.execute(
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s",
        [database],
    ).fetchone()
    try:
        if row is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(name, owner)
            )
        elif row[1] != "UTF8":
            raise Misconfigured(f"The database {database} is encoded in {row[1]}. Parley needs one in UTF8.")
        elif row[0] != OWNER_ROLE:
            connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
    except psycopg.errors.DuplicateDatabase:
        return
    except psycopg.errors.InsufficientPrivilege:
        doing = "create the database" if row is None else f"give {OWNER_ROLE} the database"
        raise Misconfigured(
            f"{admin.name} may not {doing} {database}. Set DATABASE_ADMIN_URL to a user who "
            "may, or run as such: "
            + (f"CREATE DATABASE {database} OWNER" if row is None else f"ALTER DATABASE {database} OWNER TO")
            + f" {OWNER_ROLE}"
        ) from None


def _prepare_database(connection: Connection[Any], database: str) -> None:
    _make_extensions(connection)
    may_create = connection.execute("SELECT has_schema_privilege('public', 'CREATE')").fetchone()
    if may_create is None or not may_create[0]:
        raise Misconfigured(
            f"{OWNER_ROLE} may not create tables in {database}. As the superuser, run in that database: "
            f"GRANT ALL ON SCHEMA public TO {OWNER_ROLE}"
        )
    has_search = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [SEARCH_ROLE]).fetchone()
    for statement in _privileges(has_search=has_search is not None):
        connection.execute(
            sql.SQL(statement).format(
                database=sql.Identifier(database),
                app=sql.Identifier(APP_ROLE),
                engine=sql.Identifier(ENGINE_ROLE),
                owner=sql.Identifier(OWNER_ROLE),
                search=sql.Identifier(SEARCH_ROLE),
            )
        )


def _make_extensions(connection: Connection[Any]) -> None:
    for extension in EXTENSIONS:
        try:
            with connection.transaction():
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                )
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported):
            raise Misconfigured(
                f"The database server lacks the extension {extension}, which comes with PostgreSQL. "
                "Install its contrib package (Debian: postgresql-contrib)."
            ) from None
        except psycopg.errors.InsufficientPrivilege:
            raise Misconfigured(
                f"{OWNER_ROLE} may not install the extension {extension}. As the superuser, run in "
                f"this database: CREATE EXTENSION {extension}"
            ) from None


def _privileges(*, has_search: bool) -> list[str]:
    """Who may do what: nothing for everybody, rows for the serving roles, the schema for its owner alone."""
    default = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner}"
    statements = [
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}, {engine}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}, {engine}",
        f"{default} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {{app}}, {{engine}}",
        f"{default} GRANT USAGE, SELECT ON SEQUENCES TO {{app}}, {{engine}}",
        # PostgreSQL lets everybody call a new function; a SECURITY DEFINER one would be a door left open.
        f"{default} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        f"{default} GRANT EXECUTE ON FUNCTIONS TO {{app}}, {{engine}}",
    ]
    if has_search:
        statements.append("GRANT USAGE, CREATE ON SCHEMA public TO {search}")
    return statements
