-- Made-up rows in bulk. Row security refuses COPY, and a statement for each row, even for each thousand, costs
-- ten times as much in Python as here.

-- name: add_contacts
INSERT INTO contact (workspace_id, id, display_name, profile_name, source)
SELECT %(workspace)s, id, name, name, 'whatsapp'
FROM unnest(%(contact_id)s::uuid[], %(name)s::text[]) AS person (id, name);

-- name: add_identities
-- The telephone number with its hash, and the same digits as WhatsApp writes them.
INSERT INTO contact_identity (workspace_id, id, contact_id, kind, value, is_primary, address_hash, source)
SELECT %(workspace)s, gen_random_uuid(), person.id, known.kind, known.value, known.kind = 'phone',
       CASE WHEN known.kind = 'phone' THEN person.hash END, 'whatsapp'
FROM unnest(%(contact_id)s::uuid[], %(digits)s::text[], %(hash)s::bytea[]) AS person (id, digits, hash)
CROSS JOIN LATERAL (VALUES ('phone', '+' || person.digits), ('wa_id', person.digits)) AS known (kind, value);

-- name: add_conversations
-- One for each contact; every third one is somebody's. `touch` fills in what the list shows.
INSERT INTO conversation (workspace_id, id, contact_id, channel_id, assignee_id)
SELECT %(workspace)s, talk.id, talk.contact_id, %(channel)s,
       CASE WHEN talk.place %% 3 = 0 THEN %(member)s END
FROM unnest(%(conversation_id)s::uuid[], %(contact_id)s::uuid[]) WITH ORDINALITY
  AS talk (id, contact_id, place);

-- name: add_messages
-- They go round among the conversations, the customer first, spread evenly over the time before `until`.
INSERT INTO message
  (workspace_id, id, conversation_id, channel_id, contact_id, direction, body, status, author_id,
   provider_message_id, at, accepted_at, read_at)
SELECT %(workspace)s, one.id, talk.id, %(channel)s, talk.contact_id,
       CASE WHEN turn.is_ours THEN 'outbound' ELSE 'inbound' END,
       (%(sentence)s::text[])[1 + one.place %% cardinality(%(sentence)s::text[])],
       CASE WHEN turn.is_ours THEN 'read' ELSE 'received' END,
       CASE WHEN turn.is_ours THEN %(member)s END, 'volume-' || one.place, turn.at,
       CASE WHEN turn.is_ours THEN turn.at END, CASE WHEN turn.is_ours THEN turn.at END
FROM unnest(%(message_id)s::uuid[]) WITH ORDINALITY AS one (id, place)
JOIN unnest(%(conversation_id)s::uuid[], %(contact_id)s::uuid[]) WITH ORDINALITY
  AS talk (id, contact_id, place)
  ON talk.place = 1 + (one.place - 1) %% %(people)s
CROSS JOIN LATERAL (
  SELECT ((one.place - 1) / %(people)s) %% 2 = 1 AS is_ours,
         %(until)s::timestamptz - %(span)s::interval * (1 - one.place::float8 / %(messages)s) AS at
) AS turn;

-- name: touch
UPDATE conversation AS talk
SET last_message = last.body, last_message_from_us = last.is_ours, last_message_ref = last.id,
    last_message_at = last.at, last_inbound_at = last.inbound_at,
    waiting_since = CASE WHEN NOT last.is_ours THEN last.at END,
    unread_count = CASE WHEN last.is_ours THEN 0 ELSE 1 END
FROM (
  SELECT DISTINCT ON (conversation_id) conversation_id, id, body, at, direction = 'outbound' AS is_ours,
         max(at) FILTER (WHERE direction = 'inbound') OVER (PARTITION BY conversation_id) AS inbound_at
  FROM message
  WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s
  ORDER BY conversation_id, at DESC
) AS last
WHERE talk.workspace_id = %(workspace)s AND talk.id = last.conversation_id;
