"""Reactors count their failures and set aside the events that they give up.

Adds two columns that need no rewriting; the engines only read both tables, for their metrics.
"""

import django.db.models.functions.datetime
from django.db import migrations, models

import parley.core.ids


class Migration(migrations.Migration):
    dependencies = [("core", "0002_engine_reads_events")]

    operations = [
        migrations.AddField("reactorcursor", "tries", models.IntegerField(db_default=0)),
        migrations.AddField("reactorcursor", "retry_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="ReactorFailure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=parley.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reactor", models.TextField()),
                ("event_id", models.UUIDField()),
                ("error", models.TextField()),
                ("tries", models.IntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"db_table": "reactor_failure"},
        ),
        migrations.RunSQL(
            "REVOKE INSERT, UPDATE, DELETE ON reactor_cursor, reactor_failure FROM parley_engine",
            "GRANT INSERT, UPDATE, DELETE ON reactor_cursor, reactor_failure TO parley_engine",
        ),
    ]
