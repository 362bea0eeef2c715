"""Contacts that may be one person.

A new table only; locks nothing.
"""

import django.db.models.functions.datetime
from django.db import migrations, models

import parley.core.ids
import parley.core.tenancy


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_engine_sees_no_person"),
        ("contacts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SamePersonDoubt",
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
                (
                    "contact",
                    parley.core.tenancy.TenantForeignKey(cascade=True, db_index=False, to="contacts.contact"),
                ),
                ("other", parley.core.tenancy.TenantForeignKey(cascade=True, to="contacts.contact")),
                ("workspace", parley.core.tenancy.TenantKey()),
            ],
            options={
                "db_table": "same_person_doubt",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "contact", "other"), name="same_person_doubt_pair"
                    )
                ],
            },
        ),
    ]
