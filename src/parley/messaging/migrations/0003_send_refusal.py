"""The one gate of every send, asked by the service before a message is queued and by the sender at its claim.

Creates a function, locks nothing.
"""

from django.db import migrations

SEND_REFUSAL = """
CREATE FUNCTION send_refusal(p_workspace uuid, p_conversation uuid, p_purpose text, p_type text)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN channel.deleted_at IS NOT NULL THEN 'channel_gone'
    WHEN contact.deleted_at IS NOT NULL THEN 'contact_gone'
    WHEN contact.blocked_at IS NOT NULL THEN 'contact_blocked'
    WHEN EXISTS (
      SELECT FROM contact_identity AS identity
      JOIN suppression ON suppression.workspace_id = identity.workspace_id
                      AND suppression.address_hash = identity.address_hash
                      AND suppression.purpose = p_purpose
      WHERE identity.workspace_id = p_workspace AND identity.contact_id = contact.id
    ) THEN 'suppressed'
    WHEN p_type <> 'template' AND channel.has_window
         AND coalesce(conversation.window_expires_at, '-infinity') <= now() THEN 'window_closed'
    WHEN channel.status IN ('stopped', 'scan_qr', 'passkey', 'failed') THEN 'channel_not_working'
    WHEN conversation.status IN ('closed', 'expired') THEN 'conversation_closed'
  END
  FROM conversation
  JOIN channel ON channel.workspace_id = p_workspace AND channel.id = conversation.channel_id
  JOIN contact ON contact.workspace_id = p_workspace AND contact.id = conversation.contact_id
  WHERE conversation.workspace_id = p_workspace AND conversation.id = p_conversation
$$
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_engine_policies")]

    operations = [
        migrations.RunSQL(SEND_REFUSAL, "DROP FUNCTION send_refusal(uuid, uuid, text, text)"),
    ]
