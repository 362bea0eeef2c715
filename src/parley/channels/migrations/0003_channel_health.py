"""What the watch over a number remembers, its alerts, and whom a portfolio wrote to.

New tables only; locks nothing.
"""

import django.db.models.functions.datetime
from django.db import migrations, models

import parley.core.ids
import parley.core.tenancy


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_engine_sees_no_person"),
        ("channels", "0002_engine_policies"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelHealth",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=parley.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("looked_at", models.DateTimeField(null=True)),
                ("probed_at", models.DateTimeField(null=True)),
                ("heard_at", models.DateTimeField(null=True)),
                ("rhythm_seconds", models.FloatField(null=True)),
                ("silent_since", models.DateTimeField(null=True)),
                ("restarts", models.IntegerField(db_default=0)),
                ("next_restart_at", models.DateTimeField(null=True)),
                ("gap_from", models.DateTimeField(null=True)),
                ("gap_until", models.DateTimeField(null=True)),
                ("gap_reason", models.TextField(blank=True, db_default="")),
                ("backfill_cursor", models.TextField(blank=True, db_default="")),
                ("backfill_pass", models.IntegerField(db_default=0)),
                ("backfill_at", models.DateTimeField(null=True)),
                ("backfill_mark", models.UUIDField(null=True)),
                ("recovered_count", models.IntegerField(db_default=0)),
                ("recovered_at", models.DateTimeField(null=True)),
                ("swept_at", models.DateTimeField(null=True)),
                ("acks_broken_at", models.DateTimeField(null=True)),
                ("facts_at", models.DateTimeField(null=True)),
                ("webhook_checked_at", models.DateTimeField(null=True)),
                ("webhook_trouble", models.TextField(blank=True, db_default="")),
                (
                    "channel",
                    parley.core.tenancy.TenantForeignKey(cascade=True, db_index=False, to="channels.channel"),
                ),
                ("workspace", parley.core.tenancy.TenantKey()),
            ],
            options={
                "db_table": "channel_health",
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "channel"), name="channel_health_channel")
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelAlert",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=parley.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("kind", models.TextField()),
                ("severity", models.TextField()),
                ("detail", models.TextField(blank=True, db_default="")),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    parley.core.tenancy.TenantForeignKey(cascade=True, db_index=False, to="channels.channel"),
                ),
                ("workspace", parley.core.tenancy.TenantKey()),
            ],
            options={
                "db_table": "channel_alert",
                "indexes": [
                    models.Index(
                        models.F("workspace"),
                        models.F("channel"),
                        models.OrderBy(models.F("at"), descending=True),
                        name="channel_alert_at",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at__isnull", True)),
                        fields=("workspace", "channel", "kind"),
                        name="channel_alert_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ("info", "warning", "critical"))),
                        name="channel_alert_severity",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortfolioLedger",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=parley.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("portfolio_id", models.TextField()),
                ("recipient", models.BinaryField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("workspace", parley.core.tenancy.TenantKey()),
            ],
            options={
                "db_table": "portfolio_ledger",
                "indexes": [
                    models.Index(
                        models.F("workspace"),
                        models.F("portfolio_id"),
                        models.F("at"),
                        name="portfolio_ledger_at",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "portfolio_id", "recipient"), name="portfolio_ledger_recipient"
                    )
                ],
            },
        ),
    ]
