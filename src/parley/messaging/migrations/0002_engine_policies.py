"""Ingest writes the events of many workspaces in one statement; the sender looks for work across them.

It sees no message that is not on its way out. Locks both tables for a moment.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE POLICY engine ON inbound_event TO parley_engine USING (true) WITH CHECK (true)",
            "DROP POLICY engine ON inbound_event",
        ),
        migrations.RunSQL(
            "CREATE POLICY engine ON message FOR SELECT TO parley_engine "
            "USING (status IN ('queued', 'sending', 'uncertain'))",
            "DROP POLICY engine ON message",
        ),
    ]
