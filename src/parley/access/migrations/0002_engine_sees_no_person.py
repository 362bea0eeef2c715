"""The engines are met by strangers: of people they see who is active, and nothing that signs anybody in.

The owner's default privileges give both serving roles every new table, so this comes after the last of them
that the engines have no use for. Locks each of these tables for a moment.
"""

from django.db import migrations

CLOSED = (
    "auth_group, auth_group_permissions, auth_permission, django_content_type, django_session,"
    " procrastinate_periodic_defers, procrastinate_workers, sign_in_attempt"
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("procrastinate", "0041_post_retry_failed_job"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            f"REVOKE ALL ON {CLOSED} FROM parley_engine",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {CLOSED} TO parley_engine",
        ),
        migrations.RunSQL(
            'REVOKE ALL ON "user" FROM parley_engine; GRANT SELECT (id, status) ON "user" TO parley_engine',
            'REVOKE SELECT (id, status) ON "user" FROM parley_engine;'
            ' GRANT SELECT, INSERT, UPDATE, DELETE ON "user" TO parley_engine',
        ),
        migrations.RunSQL(
            "REVOKE INSERT, UPDATE, DELETE ON membership, workspace FROM parley_engine",
            "GRANT INSERT, UPDATE, DELETE ON membership, workspace TO parley_engine",
        ),
    ]
