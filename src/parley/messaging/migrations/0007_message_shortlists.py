"""The messages of a channel that nobody confirmed yet, and those found in a provider's history, by index.

Locks message against writes while it is read once for each index. Apart from 0006, whose locks would keep
readers out for as long.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_what_happens_to_messages")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("workspace"),
                models.F("channel"),
                models.F("accepted_at"),
                condition=models.Q(("status", "accepted")),
                name="message_unconfirmed",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("workspace"),
                models.F("channel"),
                models.F("id"),
                condition=models.Q(("recovered", True)),
                name="message_recovered",
            ),
        ),
    ]
