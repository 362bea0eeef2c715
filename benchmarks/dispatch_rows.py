"""What dispatch is measured with: people, what is queued for them, and the barest statements that send it."""

PEOPLE = """
WITH person AS (
  INSERT INTO contact (workspace_id, id, display_name)
  SELECT %(workspace)s, gen_random_uuid(), 'Cliente ' || n FROM generate_series(1, %(count)s) AS n
  RETURNING id, display_name
), identity AS (
  INSERT INTO contact_identity (workspace_id, id, contact_id, kind, value, address_hash, is_primary)
  SELECT %(workspace)s, gen_random_uuid(), person.id, kind,
         CASE kind WHEN 'phone' THEN '+' ELSE '' END || '551199' || lpad(substr(display_name, 9), 7, '0'),
         sha256(person.id::text::bytea), kind = 'phone'
  FROM person, unnest(ARRAY['phone', 'wa_id']) AS kind
)
INSERT INTO conversation (workspace_id, id, contact_id, channel_id, window_expires_at, last_inbound_at)
SELECT %(workspace)s, gen_random_uuid(), id, %(channel)s, now() + interval '1 day', now() FROM person
"""
QUEUE = """
INSERT INTO message (workspace_id, id, conversation_id, channel_id, contact_id, direction, type, body,
                     content, status, client_ref, at, next_attempt_at)
SELECT workspace_id, new_id, id, channel_id, contact_id, 'outbound', %(type)s, 'Oi! Seu pedido chegou.',
       %(content)s::jsonb, 'queued', new_id::text, now(), 'epoch'
FROM (
  SELECT *, gen_random_uuid() AS new_id FROM conversation ORDER BY id LIMIT %(count)s OFFSET %(skip)s
) AS talk
"""
CLAIM = """
WITH claimed AS (
  UPDATE message SET status = 'sending', attempts = attempts + 1
  WHERE workspace_id = %(workspace)s AND id IN (
    SELECT id FROM message
    WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND status = 'queued'
      AND next_attempt_at = 'epoch'
    LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
  RETURNING id, attempts
)
INSERT INTO send_attempt (workspace_id, id, message_id, attempt, claimed_by, fence)
SELECT %(workspace)s, gen_random_uuid(), id, attempts, %(channel)s, 1 FROM claimed
RETURNING message_id
"""
RECORD = """
WITH ledger AS (
  UPDATE send_attempt SET outcome = 'accepted', finished_at = now(), http_status = 200
  FROM unnest(%(ids)s::text[]) AS done
  WHERE workspace_id = %(workspace)s AND message_id = done::uuid AND attempt = 1
)
UPDATE message SET status = 'accepted', accepted_at = now(), provider_message_id = 'wamid.' || done
FROM unnest(%(ids)s::text[]) AS done
WHERE workspace_id = %(workspace)s AND id = done::uuid
"""
TYPE = "template"
CONTENT: dict[str, object] = {
    "template": {"name": "pedido", "language": "pt_BR", "body": [{"text": "Ana"}, {"text": "4711"}]}
}
"""A template with two variables, as a campaign sends it."""
