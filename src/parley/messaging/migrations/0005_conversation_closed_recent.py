"""Closed conversations can be listed, the last closed first.

Locks conversation against writes while the index is built.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_message_status")]

    operations = [
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                models.F("workspace"),
                models.OrderBy(models.F("closed_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status__in", ("closed", "expired"))),
                name="conversation_closed_recent",
            ),
        ),
    ]
