-- Made-up rows by the million, a bounded number in each transaction. Row security refuses COPY to everybody who
-- may not pass it by; rows that the server makes itself need not travel at all. Ids and times follow from a
-- row's place, so that nothing has to be kept from one statement to the next.

-- name: add_contacts
-- The people at `first` and after, born evenly over the span; four in ten have agreed to marketing, three in a
-- hundred have refused it.
WITH person AS (
  SELECT given.*, born.at, %(first)s + given.offset_ - 1 AS place,
         (lpad(to_hex((extract(epoch FROM born.at) * 1000)::bigint), 12, '0') || '7'
          || overlay(substr(md5(%(seed)s || 'contact' || (%(first)s + given.offset_ - 1)), 1, 19) PLACING 'a' FROM 4 FOR 1)
         )::uuid AS id
  FROM unnest(%(name)s::text[], %(digits)s::text[], %(hash)s::bytea[]) WITH ORDINALITY
    AS given (name, digits, hash, offset_)
  CROSS JOIN LATERAL (
    SELECT %(until)s::timestamptz - %(span)s::interval * (1 - (%(first)s + given.offset_ - 1)::float8 / %(people)s) AS at
  ) AS born
), added AS (
  INSERT INTO contact (workspace_id, id, created_at, display_name, profile_name, source, country, opted_in)
  SELECT %(workspace)s, id, at, name, name, 'whatsapp', 'BR',
         CASE WHEN place %% 100 < 40 THEN true WHEN place %% 100 < 43 THEN false END
  FROM person
), known AS (
  INSERT INTO contact_identity (workspace_id, id, contact_id, kind, value, is_primary, address_hash, source, valid_from)
  SELECT %(workspace)s, gen_random_uuid(), person.id, way.kind, way.value, way.kind = 'phone',
         CASE WHEN way.kind = 'phone' THEN person.hash END, 'whatsapp', person.at
  FROM person
  CROSS JOIN LATERAL (VALUES ('phone', '+' || person.digits), ('wa_id', person.digits)) AS way (kind, value)
), said AS (
  INSERT INTO consent_event (workspace_id, id, contact_id, address_hash, purpose, state, source, at)
  SELECT %(workspace)s, gen_random_uuid(), id, hash, 'marketing',
         CASE WHEN place %% 100 < 40 THEN 'granted' ELSE 'revoked' END, 'import', at
  FROM person
  WHERE place %% 100 < 43
), refused AS (
  INSERT INTO suppression (workspace_id, id, address_hash, purpose, since)
  SELECT %(workspace)s, gen_random_uuid(), hash, 'marketing', at
  FROM person
  WHERE place %% 100 BETWEEN 40 AND 42
)
INSERT INTO conversation (workspace_id, id, created_at, contact_id, channel_id, assignee_id)
SELECT %(workspace)s,
       (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
        || overlay(substr(md5(%(seed)s || 'talk' || place), 1, 19) PLACING 'a' FROM 4 FOR 1))::uuid,
       at, id, (%(channel)s::uuid[])[1 + place %% cardinality(%(channel)s::uuid[])],
       CASE WHEN place %% 3 = 0 THEN (%(member)s::uuid[])[1 + place %% cardinality(%(member)s::uuid[])] END
FROM person
WHERE place < %(talks)s;

-- name: add_messages
-- Message number n of so many, its time even over the span. Whoever writes for the first time comes in turn; of
-- the others the older write more, by the cube of a chance.
WITH chosen AS (
  SELECT n, turn.at, turn.place, turn.is_first, random() AS side, random() AS fate, md5(%(seed)s || 'message' || n) AS hash,
         %(until)s::timestamptz - %(span)s::interval * (1 - turn.place::float8 / %(people)s) AS born
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
  CROSS JOIN LATERAL (
    SELECT %(until)s::timestamptz - interval '2 minutes' - %(span)s::interval * (1 - n::float8 / %(messages)s) * 0.999 AS at,
           ceil(%(talks)s * n::float8 / %(messages)s)::int AS so_many,
           ceil(%(talks)s * (n - 1)::float8 / %(messages)s)::int AS before
  ) AS moment
  CROSS JOIN LATERAL (
    SELECT moment.at, so_many > before AS is_first,
           CASE WHEN so_many > before THEN so_many - 1 ELSE floor(so_many * power(random(), 3))::int END AS place
  ) AS turn
), placed AS (
  SELECT chosen.*, chosen.side < 0.55 OR is_first AS is_theirs,
         (lpad(to_hex((extract(epoch FROM chosen.at) * 1000)::bigint), 12, '0') || '7'
          || overlay(substr(hash, 1, 19) PLACING 'a' FROM 4 FOR 1))::uuid AS id,
         (lpad(to_hex((extract(epoch FROM born) * 1000)::bigint), 12, '0') || '7'
          || overlay(substr(md5(%(seed)s || 'talk' || place), 1, 19) PLACING 'a' FROM 4 FOR 1))::uuid AS talk,
         (lpad(to_hex((extract(epoch FROM born) * 1000)::bigint), 12, '0') || '7'
          || overlay(substr(md5(%(seed)s || 'contact' || place), 1, 19) PLACING 'a' FROM 4 FOR 1))::uuid AS contact
  FROM chosen
), written AS (
  INSERT INTO message
    (workspace_id, id, created_at, conversation_id, channel_id, contact_id, direction, body, status, author_id,
     provider_message_id, at, accepted_at, sent_at, delivered_at, read_at, failed_at)
  SELECT %(workspace)s, id, at, talk, (%(channel)s::uuid[])[1 + place %% cardinality(%(channel)s::uuid[])], contact,
         CASE WHEN is_theirs THEN 'inbound' ELSE 'outbound' END,
         (%(sentence)s::text[])[1 + n %% cardinality(%(sentence)s::text[])],
         CASE WHEN is_theirs THEN 'received' WHEN fate < 0.70 THEN 'read' WHEN fate < 0.88 THEN 'delivered'
              WHEN fate < 0.95 THEN 'sent' WHEN fate < 0.98 THEN 'accepted' ELSE 'failed' END,
         CASE WHEN NOT is_theirs THEN (%(member)s::uuid[])[1 + place %% cardinality(%(member)s::uuid[])] END,
         'scale-' || n, at, CASE WHEN NOT is_theirs THEN at + interval '1 second' END,
         CASE WHEN NOT is_theirs AND fate < 0.95 THEN at + interval '2 seconds' END,
         CASE WHEN NOT is_theirs AND fate < 0.88 THEN at + interval '4 seconds' END,
         CASE WHEN NOT is_theirs AND fate < 0.70 THEN at + interval '40 seconds' END,
         CASE WHEN NOT is_theirs AND fate >= 0.98 THEN at + interval '3 seconds' END
  FROM placed
  RETURNING id, channel_id, provider_message_id, accepted_at, sent_at, delivered_at, read_at, failed_at
)
INSERT INTO message_status_event (workspace_id, id, created_at, channel_id, message_id, provider_message_id, status, at)
SELECT %(workspace)s, gen_random_uuid(), tick.at, written.channel_id, written.id, written.provider_message_id, tick.status,
       tick.at
FROM written
CROSS JOIN LATERAL (VALUES
  ('accepted', accepted_at), ('sent', sent_at), ('delivered', delivered_at), ('read', read_at), ('failed', failed_at)
) AS tick (status, at)
WHERE tick.at IS NOT NULL;

-- name: next_talks
-- Keyset pages over the primary key.
SELECT id FROM conversation
WHERE workspace_id = %(workspace)s AND id > %(after)s
ORDER BY id
LIMIT %(most)s;

-- name: touch
-- What lists show, from the threads themselves (index message_thread). Who was silent for a month is closed.
WITH thread AS (
  SELECT talk.id, talk.contact_id, last.id AS message_id, last.body, last.at, last.direction, seen.*,
         last.at < %(until)s::timestamptz - interval '30 days' AS is_old
  FROM conversation AS talk
  CROSS JOIN LATERAL (
    SELECT id, body, at, direction FROM message
    WHERE workspace_id = %(workspace)s AND conversation_id = talk.id
    ORDER BY at DESC, id DESC LIMIT 1
  ) AS last
  CROSS JOIN LATERAL (
    SELECT max(at) FILTER (WHERE direction = 'inbound') AS inbound_at,
           max(at) FILTER (WHERE direction = 'outbound') AS outbound_at,
           min(at) FILTER (WHERE direction = 'outbound') AS first_reply_at
    FROM message WHERE workspace_id = %(workspace)s AND conversation_id = talk.id
  ) AS seen
  WHERE talk.workspace_id = %(workspace)s AND talk.id = ANY(%(id)s)
), waiting AS (
  SELECT thread.id, unread.*
  FROM thread
  CROSS JOIN LATERAL (
    SELECT count(*) AS count, min(at) AS since FROM message
    WHERE workspace_id = %(workspace)s AND conversation_id = thread.id AND direction = 'inbound'
      AND at > coalesce(thread.outbound_at, '-infinity') AND NOT thread.is_old
  ) AS unread
), people AS (
  UPDATE contact
  SET last_inbound_at = thread.inbound_at, last_outbound_at = thread.outbound_at, last_interaction_at = thread.at
  FROM thread
  WHERE contact.workspace_id = %(workspace)s AND contact.id = thread.contact_id
)
UPDATE conversation
SET last_message = thread.body, last_message_from_us = thread.direction = 'outbound',
    last_message_ref = thread.message_id, last_message_at = thread.at, last_inbound_at = thread.inbound_at,
    first_reply_at = thread.first_reply_at, unread_count = waiting.count, waiting_since = waiting.since,
    status = CASE WHEN is_old THEN 'closed' ELSE 'open' END,
    closed_at = CASE WHEN is_old THEN thread.at + interval '1 hour' END
FROM thread
JOIN waiting ON waiting.id = thread.id
WHERE conversation.workspace_id = %(workspace)s AND conversation.id = thread.id;
