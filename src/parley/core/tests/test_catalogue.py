"""Appendix A of the house's promises, read from the migrated database; and that each rule bites."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from parley.core.database_urls import admin_url, with_database
from parley.core.environment import environment
from parley.core.postgres import catalogue

TENANT = """
CREATE TABLE thing (
  workspace_id uuid NOT NULL REFERENCES workspace (id), id uuid NOT NULL, channel_id uuid, name text,
  PRIMARY KEY (workspace_id, id)
);
ALTER TABLE thing ENABLE ROW LEVEL SECURITY;
ALTER TABLE thing FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON thing USING (workspace_id = current_setting('app.workspace_id')::uuid)
  WITH CHECK (workspace_id = current_setting('app.workspace_id')::uuid);
"""
"""A table as the backend writes it: no rule finds anything in it. Each case below spoils one thing."""

MISTAKES = [
    ("unknown_tables", "CREATE TABLE forgetful (id uuid PRIMARY KEY)", "forgetful has no workspace_id"),
    ("unforced_security", "ALTER TABLE thing NO FORCE ROW LEVEL SECURITY", "not enabled and forced"),
    ("unforced_security", "ALTER TABLE thing DISABLE ROW LEVEL SECURITY", "not enabled and forced"),
    ("missing_policies", "DROP POLICY tenant ON thing", "thing has no policy"),
    ("weak_policies", "CREATE POLICY more ON thing USING (true) WITH CHECK (true)", "the policy more"),
    (
        "weak_policies",
        (
            "DROP POLICY tenant ON thing; CREATE POLICY tenant ON thing USING "
            "(workspace_id = current_setting('app.workspace_id')::uuid)"
        ),
        "the policy tenant",
    ),
    (
        "weak_policies",
        "ALTER POLICY tenant ON thing USING (workspace_id = current_setting('app.workspace_id', true)::uuid)",
        "the policy tenant",
    ),
    (
        "weak_policies",
        "CREATE POLICY engine ON thing TO parley_engine USING (true) WITH CHECK (true)",
        "the policy engine",
    ),
    (
        "volatile_policies",
        (
            "ALTER POLICY tenant ON thing USING (workspace_id = "
            "CASE WHEN random() < 2 THEN current_setting('app.workspace_id')::uuid END)"
        ),
        "calls random",
    ),
    ("keys_without_workspace", "CREATE UNIQUE INDEX thing_name ON thing (name)", "thing_name is unique"),
    (
        "keys_without_workspace",
        "ALTER TABLE thing ADD CONSTRAINT thing_id UNIQUE (id, workspace_id)",
        "thing_id is unique",
    ),
    (
        "missing_keys",
        "ALTER TABLE thing DROP CONSTRAINT thing_pkey, ADD PRIMARY KEY (id)",
        "the primary key is not",
    ),
    ("slow_indexes", "CREATE INDEX thing_by_name ON thing (name, workspace_id)", "thing_by_name does not"),
    (
        "loose_references",
        (
            "CREATE UNIQUE INDEX thing_id ON thing (id); "
            "ALTER TABLE thing ADD FOREIGN KEY (channel_id) REFERENCES thing (id)"
        ),
        "may refer to a row of another workspace",
    ),
    (
        "loose_references",
        (
            "CREATE UNIQUE INDEX thing_swapped ON thing (id, workspace_id); "
            "ALTER TABLE thing ADD FOREIGN KEY (workspace_id, id) REFERENCES thing (id, workspace_id)"
        ),
        "may refer to a row of another workspace",
    ),
    (
        "loose_references",
        'ALTER TABLE thing ADD FOREIGN KEY (channel_id) REFERENCES "user" (id)',
        "may refer to a row of another workspace",
    ),
    (
        "ownerless_tables",
        "ALTER TABLE thing DROP CONSTRAINT thing_workspace_id_fkey",
        "thing.workspace_id does not refer",
    ),
    (
        "references_set_null",
        (
            "ALTER TABLE thing ADD FOREIGN KEY (workspace_id, channel_id) "
            "REFERENCES channel (workspace_id, id) ON DELETE SET NULL"
        ),
        "sets columns on delete",
    ),
    ("powerful_roles", "ALTER ROLE parley_app BYPASSRLS", "parley_app has an attribute"),
    ("powerful_roles", "ALTER ROLE parley_engine SUPERUSER", "parley_engine has an attribute"),
    ("powerful_roles", "GRANT parley_owner TO parley_app", "parley_app is a member of parley_owner"),
    ("serving_owners", "ALTER TABLE thing OWNER TO parley_app", "parley_app owns thing"),
    ("serving_privileges", "GRANT TRUNCATE ON thing TO parley_app", "parley_app may TRUNCATE on thing"),
    ("serving_privileges", "GRANT ALL ON thing TO PUBLIC", "parley_engine may TRIGGER on thing"),
    ("serving_privileges", "GRANT CREATE ON SCHEMA public TO PUBLIC", "may create in schema public"),
    ("engine_privileges", 'GRANT SELECT ON "user" TO parley_engine', "may SELECT user.password"),
    ("engine_privileges", 'GRANT SELECT (email) ON "user" TO PUBLIC', "may SELECT user.email"),
    ("engine_privileges", 'GRANT UPDATE (status) ON "user" TO parley_engine', "may UPDATE user.status"),
    (
        "engine_privileges",
        "GRANT DELETE ON django_session TO parley_engine",
        "may DELETE from django_session",
    ),
    ("leaking_views", "CREATE VIEW things AS SELECT * FROM thing", "things is a view"),
    ("leaking_views", "CREATE MATERIALIZED VIEW things AS SELECT 1", "things is a view"),
    (
        "definer_functions",
        (
            "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public "
            "AS 'SELECT count(*) FROM thing'"
        ),
        "is not on the list",
    ),
    (
        "enum_types",
        "CREATE TYPE mood AS ENUM ('good', 'bad'); ALTER TABLE thing ADD COLUMN mood mood",
        "thing.mood is a PostgreSQL enum",
    ),
    ("unchecked_enumerations", "ALTER TABLE thing ADD COLUMN status text", "thing.status is an enumeration"),
    (
        "nullable_keys",
        "ALTER TABLE thing DROP CONSTRAINT thing_pkey, ALTER workspace_id DROP NOT NULL",
        "thing.workspace_id may be null",
    ),
]


@pytest.fixture(scope="module")
def superuser_connection(worker_database: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(with_database(admin_url(environment()), worker_database)) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def catalogue_connection(superuser_connection: Connection[Any]) -> Iterator[Connection[Any]]:
    """The worker's database as the superuser; what a test makes there is taken back."""
    with superuser_connection.transaction(force_rollback=True):
        yield superuser_connection


@pytest.mark.parametrize("rule", catalogue.RULES)
def test_the_schema_keeps_the_rule(catalogue_connection: Connection[Any], rule: str) -> None:
    assert catalogue.breaches(catalogue_connection, rule) == []


@pytest.mark.parametrize("rule", catalogue.RULES)
def test_a_table_as_the_backend_writes_it_passes(catalogue_connection: Connection[Any], rule: str) -> None:
    catalogue_connection.execute(TENANT)
    assert catalogue.breaches(catalogue_connection, rule) == []


@pytest.mark.parametrize(("rule", "mistake", "said"), MISTAKES)
def test_a_mistake_is_found(
    catalogue_connection: Connection[Any], rule: str, mistake: str, said: str
) -> None:
    catalogue_connection.execute(TENANT)
    catalogue_connection.execute(mistake)
    assert any(said in breach for breach in catalogue.breaches(catalogue_connection, rule))


def test_every_rule_has_a_mistake_that_it_finds() -> None:
    assert {rule for rule, _, _ in MISTAKES} == set(catalogue.RULES)


def test_a_definer_on_the_list_still_needs_a_search_path(
    catalogue_connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalogue.DEFINERS, "peek", "a test")
    catalogue_connection.execute(
        "CREATE FUNCTION peek() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
    )
    assert catalogue.breaches(catalogue_connection, "definer_functions") == [
        "peek() is SECURITY DEFINER and has no fixed search_path"
    ]


def test_the_lists_of_exceptions_name_only_what_exists(catalogue_connection: Connection[Any]) -> None:
    rows = catalogue_connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )
    known = {row[0] for row in rows}
    named = {
        *catalogue.GLOBAL_TABLES,
        *catalogue.ENGINE_TABLES,
        *catalogue.OWN_ROWS_TABLES,
        *catalogue.CLOSED_TO_ENGINE,
        *catalogue.GLOBALLY_UNIQUE,
        *catalogue.GLOBAL_INDEXES,
    }
    assert named - known == set()
