"""A page does not wait for ever for the database; a job may."""

import pytest
from django.db import OperationalError, connection

from parley.core.postgres.patience import patience
from parley.core.transactions import platform_transaction


def sleep(seconds: float) -> None:
    with platform_transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def test_what_takes_too_long_fails_as_if_the_database_were_away(database: str) -> None:
    with pytest.raises(OperationalError, match="did not answer in time"), patience(0.3):
        sleep(30)
    sleep(0)  # the connection that ran out is not given to the next


def test_the_waits_of_one_page_are_added_up(database: str) -> None:
    with patience(0.5):
        sleep(0.3)
        with pytest.raises(OperationalError):
            sleep(0.3)


def test_without_it_a_statement_takes_its_time(database: str) -> None:
    sleep(0.4)


def test_a_limit_within_holds_only_there(database: str) -> None:
    with patience(0.2):
        pass
    sleep(0.4)
