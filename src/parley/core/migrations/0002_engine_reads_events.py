"""The readers of the event log read it across workspaces. Locks `event` for a moment."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE POLICY engine ON event FOR SELECT TO parley_engine USING (true)",
            "DROP POLICY engine ON event",
        )
    ]
