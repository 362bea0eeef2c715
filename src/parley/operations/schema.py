"""The schema's state: brought up to date as the owner, or compared with what this version expects.

Django has to be set up before anything here is called; `parley migrate` does it.
"""

from typing import TYPE_CHECKING

from parley.core.errors import Misconfigured

if TYPE_CHECKING:
    from django.db.migrations.loader import MigrationLoader


def migrate() -> list[str]:
    """Apply what is missing, and answer the names of what was applied."""
    from django.core.management import call_command

    missing = missing_migrations()
    if missing:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    return missing


def check_current() -> None:
    """Raise `Misconfigured` where the database is behind this version of Parley, or ahead of it."""
    missing = missing_migrations()
    if missing:
        raise Misconfigured(
            f"The database is {len(missing)} migration{'s' if len(missing) > 1 else ''} behind this version "
            f"(next: {missing[0]}). Run `parley migrate`."
        )


def missing_migrations() -> list[str]:
    """What is on disk and not in the database, in the order in which it would be applied.

    Raises `Misconfigured` where a newer Parley has changed the database in a way unknown here.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    _check_not_ahead(executor.loader)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _check_not_ahead(loader: "MigrationLoader") -> None:
    ours = {app for app, _ in loader.disk_migrations}
    replaced = {name for migration in loader.replacements.values() for name in migration.replaces}
    unknown = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in ours and (app, name) not in loader.disk_migrations and (app, name) not in replaced
    )
    if unknown:
        raise Misconfigured(
            f"A newer Parley has changed this database ({unknown[-1]}), and this version does not know it. "
            "Start the newer version; nothing was touched."
        )
