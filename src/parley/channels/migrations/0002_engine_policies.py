"""What the engines see before they know the workspace: which channel a webhook is for, and the leases.

Locks both tables for a moment.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE POLICY engine ON channel FOR SELECT TO parley_engine USING (true)",
            "DROP POLICY engine ON channel",
        ),
        migrations.RunSQL(
            "CREATE POLICY engine ON channel_lease TO parley_engine USING (true) WITH CHECK (true)",
            "DROP POLICY engine ON channel_lease",
        ),
    ]
