"""Edits, deletions, votes, groups, and changes that overtake their message.

Adds columns with no default to `message` and with a constant one to `inbound_event`: both at once, without a
rewrite; they are locked for that moment, in which nothing is read through.
"""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

import parley.core.ids
import parley.core.tenancy


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_engine_sees_no_person"),
        ("channels", "0003_channel_health"),
        ("contacts", "0001_initial"),
        ("messaging", "0005_conversation_closed_recent"),
    ]

    operations = [
        migrations.AddField(
            model_name="inboundevent",
            name="tried_with",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="message",
            name="edited_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="revoked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="ChatGroup",
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
                ("group_id", models.TextField()),
                ("name", models.TextField(blank=True, db_default="")),
                ("description", models.TextField(blank=True, db_default="")),
                ("participant_count", models.IntegerField(null=True)),
                ("is_member", models.BooleanField(db_default=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("last_message_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    parley.core.tenancy.TenantForeignKey(cascade=True, db_index=False, to="channels.channel"),
                ),
                ("workspace", parley.core.tenancy.TenantKey()),
            ],
            options={
                "db_table": "chat_group",
            },
        ),
        migrations.CreateModel(
            name="EarlyChange",
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
                ("target_id", models.TextField()),
                ("payload", models.JSONField()),
                (
                    "channel",
                    parley.core.tenancy.TenantForeignKey(cascade=True, db_index=False, to="channels.channel"),
                ),
                ("workspace", parley.core.tenancy.TenantKey()),
            ],
            options={
                "db_table": "early_change",
            },
        ),
        migrations.CreateModel(
            name="GroupMessage",
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
                ("provider_message_id", models.TextField()),
                ("from_us", models.BooleanField(db_default=False)),
                ("author_name", models.TextField(blank=True, db_default="")),
                ("author_address", models.TextField(blank=True, db_default="")),
                ("type", models.TextField()),
                ("body", models.TextField(blank=True, db_default="")),
                ("content", models.JSONField(blank=True, db_default={})),
                ("at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    parley.core.tenancy.TenantForeignKey(db_index=False, null=True, to="contacts.contact"),
                ),
                (
                    "group",
                    parley.core.tenancy.TenantForeignKey(
                        cascade=True, db_index=False, to="messaging.chatgroup"
                    ),
                ),
                ("workspace", parley.core.tenancy.TenantKey()),
            ],
            options={
                "db_table": "group_message",
            },
        ),
        migrations.CreateModel(
            name="MessageRevision",
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
                ("body_before", models.TextField(blank=True, db_default="")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    parley.core.tenancy.TenantForeignKey(db_index=False, null=True, to="access.membership"),
                ),
                (
                    "message",
                    parley.core.tenancy.TenantForeignKey(
                        cascade=True, db_index=False, to="messaging.message"
                    ),
                ),
                ("workspace", parley.core.tenancy.TenantKey()),
            ],
            options={
                "db_table": "message_revision",
            },
        ),
        migrations.CreateModel(
            name="PollVote",
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
                ("from_us", models.BooleanField()),
                (
                    "options",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), null=True, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "message",
                    parley.core.tenancy.TenantForeignKey(
                        cascade=True, db_index=False, to="messaging.message"
                    ),
                ),
                ("workspace", parley.core.tenancy.TenantKey()),
            ],
            options={
                "db_table": "poll_vote",
            },
        ),
        migrations.AddConstraint(
            model_name="chatgroup",
            constraint=models.UniqueConstraint(
                fields=("workspace", "channel", "group_id"), name="chat_group_id"
            ),
        ),
        migrations.AddIndex(
            model_name="earlychange",
            index=models.Index(
                models.F("workspace"),
                models.F("channel"),
                models.F("target_id"),
                models.F("id"),
                name="early_change_target",
            ),
        ),
        migrations.AddIndex(
            model_name="groupmessage",
            index=models.Index(
                models.F("workspace"),
                models.F("group"),
                models.OrderBy(models.F("at"), descending=True),
                models.F("id"),
                name="group_message_recent",
            ),
        ),
        migrations.AddIndex(
            model_name="groupmessage",
            index=models.Index(
                models.F("workspace"),
                models.F("contact"),
                models.OrderBy(models.F("at"), descending=True),
                models.F("id"),
                name="group_message_contact",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupmessage",
            constraint=models.UniqueConstraint(
                fields=("workspace", "group", "provider_message_id"), name="group_message_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagerevision",
            constraint=models.UniqueConstraint(
                fields=("workspace", "message", "kind", "at"), name="message_revision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagerevision",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("edit", "delete"))), name="message_revision_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="pollvote",
            constraint=models.UniqueConstraint(
                fields=("workspace", "message", "from_us"), name="poll_vote_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="groupmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "type__in",
                        (
                            "text",
                            "image",
                            "video",
                            "audio",
                            "voice",
                            "document",
                            "sticker",
                            "location",
                            "contacts",
                            "interactive",
                            "button",
                            "list",
                            "reaction",
                            "template",
                            "order",
                            "poll",
                            "system",
                            "unsupported",
                        ),
                    )
                ),
                name="group_message_type",
            ),
        ),
    ]
