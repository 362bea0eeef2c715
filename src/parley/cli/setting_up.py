"""What several commands do before their own work."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from parley.core.environment import Environment, environment


def start_process(*, as_app: bool = True, as_engine: bool = True) -> Environment:
    """For a process that serves: logs, a life no longer than the supervisor's, and leave to serve."""
    from parley.core.logging import configure_logging
    from parley.operations.serving import check_can_serve, die_with_supervisor

    current = environment()
    configure_logging(current.log_level)
    die_with_supervisor()
    check_can_serve(current, as_app=as_app, as_engine=as_engine)
    return current


@contextmanager
def database(current: Environment) -> Iterator[None]:
    """The embedded server for the length of a command, where that is the one that is meant."""
    from parley.operations.installation import database_in_use

    with database_in_use(current):
        yield


@contextmanager
def django_ready(*, as_owner: bool = False) -> Iterator[Environment]:
    """The database, and Django signed in to it: as the serving role, or as the owner for migrations."""
    import django

    from parley.core.database_urls import app_url, owner_url
    from parley.core.logging import configure_logging
    from parley.operations.connecting import connect

    current = environment()
    configure_logging("WARNING")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parley.config.settings")
    if as_owner:
        os.environ["PARLEY_AS_OWNER"] = "1"
    with database(current):
        # Here a wrong address gets its sentence; Django's pool would give a traceback, half a minute later.
        connect(owner_url(current) if as_owner else app_url(current)).close()
        django.setup()
        yield current
