"""The rules of `sql/catalogue.sql`, and every exception from them with its reason."""

from typing import Any

from psycopg import Connection

from parley.core.sql import statement, statements

GLOBAL_TABLES = {
    "auth_group": "Django's; unused, comes with its auth app",
    "auth_group_permissions": "Django's; unused",
    "auth_permission": "Django's; unused",
    "django_content_type": "Django's; the list of models",
    "django_migrations": "Django's; which migrations ran",
    "django_session": "a session begins before a workspace is chosen",
    "procrastinate_events": "jobs belong to no workspace; arguments are ids only",
    "procrastinate_jobs": "as above",
    "procrastinate_periodic_defers": "as above",
    "procrastinate_workers": "as above",
    "reactor_cursor": "how far a reader of all workspaces' events has come",
    "reactor_failure": "what such a reader gave up; ids only",
    "sign_in_attempt": "before a person is known; keyed hashes only",
    "user": "one person, many workspaces",
    "workspace": "the tenant itself",
}
ENGINE_TABLES = {
    "channel": "which channel a webhook's token means",
    "channel_lease": "who works on which channel, across workspaces",
    "event": "reactors read every workspace's events",
    "inbound_event": "one insert takes the webhooks of many workspaces",
    "message": "the sender looks for work across workspaces; sees only what is on its way out",
}
CLOSED_TO_ENGINE = (
    "auth_group", "auth_group_permissions", "auth_permission", "django_content_type", "django_session",
    "procrastinate_periodic_defers", "procrastinate_workers", "sign_in_attempt", "user",
)  # fmt: skip
OPEN_TO_ENGINE = {
    "user.id": "whether a live stream's person is still active",
    "user.status": "as above",
}
GLOBALLY_UNIQUE = {
    "channel_webhook_token_key": "the token in a webhook's path is all that is known of the channel",
}
GLOBAL_INDEXES = {
    "channel_webhook_token_61db2a8d_like": "as above",
    "membership_user_id_3409a104": "a person's workspaces are read before one is chosen",
}
GLOBAL_REFERENCES = {"membership > user": "people are global"}
OWN_ROWS_TABLES = {"membership": "a person sees their own places before choosing one"}
DEFINERS: dict[str, str] = {}
ENUMERATIONS = ("direction", "kind", "outcome", "priority", "provider", "purpose", "record_scope", "role",
                "state", "status", "type")  # fmt: skip
OPEN_WORDS = {
    "channel_alert.kind": "what a provider or the watch calls it; one without words is shown too",
    "channel_event.kind": "a line of history, shown as it stands and compared with nothing",
    "event.type": "every domain names its own",
}

EXPRESSION = "(workspace_id = (current_setting('app.workspace_id'::text))::uuid)"
OWN_ROWS_EXPRESSION = (
    "((workspace_id = (NULLIF(current_setting('app.workspace_id'::text, true), ''::text))::uuid)"
    " OR (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid))"
)

RULES = tuple(statements("parley.core.postgres", "catalogue"))


def breaches(connection: Connection[Any], rule: str) -> list[str]:
    """What this rule finds in the connected database, a line for each."""
    rows = connection.execute(
        statement("parley.core.postgres", "catalogue", rule),
        {
            "global_tables": list(GLOBAL_TABLES),
            "engine_tables": list(ENGINE_TABLES),
            "own_rows_tables": list(OWN_ROWS_TABLES),
            "globally_unique": list(GLOBALLY_UNIQUE),
            "global_indexes": list(GLOBAL_INDEXES),
            "global_references": list(GLOBAL_REFERENCES),
            "closed_to_engine": list(CLOSED_TO_ENGINE),
            "open_to_engine": list(OPEN_TO_ENGINE),
            "definers": list(DEFINERS),
            "enumerations": list(ENUMERATIONS),
            "open_words": list(OPEN_WORDS),
            "expression": EXPRESSION,
            "own_rows_expression": OWN_ROWS_EXPRESSION,
        },
    )
    return sorted(row[0] for row in rows)
