"""The state of a message, derived from its times: any order, any number of repeats, same result.

read > delivered > failed > sent > accepted > what it was before anybody said anything. Creates a function,
locks nothing.
"""

from django.db import migrations

MESSAGE_STATUS = """
CREATE FUNCTION message_status(
  p_before text, p_accepted timestamptz, p_sent timestamptz, p_delivered timestamptz, p_read timestamptz,
  p_failed timestamptz
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN p_before IN ('received', 'cancelled') THEN p_before
    WHEN p_read IS NOT NULL THEN 'read'
    WHEN p_delivered IS NOT NULL THEN 'delivered'
    WHEN p_failed IS NOT NULL THEN 'failed'
    WHEN p_sent IS NOT NULL THEN 'sent'
    WHEN p_accepted IS NOT NULL THEN 'accepted'
    ELSE p_before
  END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_send_refusal")]

    operations = [
        migrations.RunSQL(
            MESSAGE_STATUS,
            "DROP FUNCTION message_status"
            "(text, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz)",
        ),
    ]
