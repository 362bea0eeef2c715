"""What a reader of the event log gave up is counted where an operator looks."""

import psycopg

from parley.core.environment import environment
from parley.core.ids import new_id
from parley.core.models import ReactorFailure
from parley.core.sql import statement
from parley.operations.status import look


def test_what_a_reactor_gave_up_is_counted(engine_database_url: str) -> None:
    before = count(engine_database_url)
    failure = ReactorFailure.objects.create(reactor="test", event_id=new_id(), error="ValueError", tries=10)
    try:
        (finding,) = (one for one in look(environment()) if one.subject.startswith("reactions given up"))
        assert int(finding.said) >= 1
        assert finding.is_warning
        assert count(engine_database_url) == before + 1
    finally:
        failure.delete()


def count(engine_url: str) -> int:
    """As /metrics has it, which asks as the engine."""
    with psycopg.connect(engine_url) as connection:
        connection.execute("SET app.workspace_id = '00000000-0000-0000-0000-000000000000'")
        cursor = connection.execute(statement("parley.engines", "health", "queues"))
        row = cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    assert row is not None
    return int(dict(zip(names, row, strict=True))["reactions_failed"])
