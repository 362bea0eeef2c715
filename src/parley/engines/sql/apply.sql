-- name: channels_with_work
-- From one channel to the next along the partial index inbound_event_new: as long as the channels that have
-- work, not as the backlog. It goes on where the last turn ended: of more channels than fit into a turn none is
-- always the last.
WITH RECURSIVE work AS (
  (SELECT workspace_id, channel_id
   FROM inbound_event
   WHERE state = 'new' AND (workspace_id, channel_id) > (%(after_workspace)s::uuid, %(after_channel)s::uuid)
   ORDER BY workspace_id, channel_id
   LIMIT 1)
  UNION ALL
  SELECT next.workspace_id, next.channel_id
  FROM work
  CROSS JOIN LATERAL (
    SELECT event.workspace_id, event.channel_id
    FROM inbound_event AS event
    WHERE event.state = 'new' AND (event.workspace_id, event.channel_id) > (work.workspace_id, work.channel_id)
    ORDER BY event.workspace_id, event.channel_id
    LIMIT 1
  ) AS next
)
SELECT workspace_id, channel_id FROM work LIMIT %(most)s;

-- name: lock_channel
-- One applier at a time per channel, so that order holds; another moves on. Ends with the transaction.
SELECT channel.id, channel.provider, channel.has_window, channel.status, channel.waba_id,
       channel.portfolio_id
FROM channel_lease AS lease
JOIN channel ON channel.workspace_id = lease.workspace_id AND channel.id = lease.channel_id
WHERE lease.workspace_id = %(workspace)s AND lease.channel_id = %(channel)s AND lease.purpose = 'apply'
FOR UPDATE OF lease SKIP LOCKED;

-- name: has_early
-- Asked after the lock: in one statement with it, what its last holder had just committed would not be seen.
SELECT EXISTS (
  SELECT FROM early_change WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s
) AS has_early;

-- name: next_events
-- At most so many and so much: a batch is held in memory.
SELECT id, payload, received_at
FROM (
  SELECT id, payload::text AS payload, received_at, row_number() OVER by_id AS place,
         sum(pg_column_size(payload)) OVER by_id AS bytes
  FROM (
    SELECT id, payload, received_at
    FROM inbound_event
    WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND state = 'new'
    ORDER BY id
    LIMIT %(most)s
  ) AS oldest
  WINDOW by_id AS (ORDER BY id)
) AS measured
WHERE place = 1 OR bytes <= %(most_bytes)s
ORDER BY id;

-- name: finish_events
UPDATE inbound_event AS event
SET state = outcome.state, error = outcome.error, attempts = event.attempts + 1, applied_at = now(),
    tried_with = CASE WHEN outcome.state = 'parked' THEN %(version)s ELSE event.tried_with END,
    updated_at = now()
FROM unnest(%(id)s::uuid[], %(state)s::text[], %(error)s::text[]) AS outcome (id, state, error)
WHERE event.workspace_id = %(workspace)s AND event.id = outcome.id;

-- name: retry_parked
-- What another version could not read, in the order in which it came. Partial index inbound_event_parked. What
-- ingest itself parked has no version: no other translation would help it.
UPDATE inbound_event AS event
SET state = 'new', updated_at = now()
FROM (
  SELECT workspace_id, id
  FROM inbound_event
  WHERE state = 'parked' AND tried_with <> '' AND tried_with <> %(version)s
  ORDER BY received_at, id
  LIMIT %(most)s
  FOR UPDATE SKIP LOCKED
) AS old
WHERE event.workspace_id = old.workspace_id AND event.id = old.id;

-- name: open_conversations
INSERT INTO conversation (workspace_id, id, contact_id, channel_id, last_message_at)
SELECT %(workspace)s, id, contact_id, %(channel)s, at
FROM unnest(%(id)s::uuid[], %(contact_id)s::uuid[], %(at)s::timestamptz[]) AS wanted (id, contact_id, at)
ON CONFLICT (workspace_id, channel_id, contact_id) WHERE status IN ('open', 'pending', 'snoozed') DO NOTHING
RETURNING id;

-- name: conversations_of
SELECT id, contact_id
FROM conversation
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND contact_id = ANY(%(contact_id)s)
  AND status IN ('open', 'pending', 'snoozed')
FOR NO KEY UPDATE;

-- name: last_closed
SELECT DISTINCT ON (contact_id) contact_id, id, closed_at
FROM conversation
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND contact_id = ANY(%(contact_id)s::uuid[])
  AND status IN ('closed', 'expired') AND closed_at IS NOT NULL
ORDER BY contact_id, closed_at DESC;

-- name: last_answers
-- Index message_thread, backwards, to the newest of ours. Closing is an answer too.
SELECT conversation.id AS conversation_id,
       CASE WHEN conversation.status IN ('closed', 'expired') THEN conversation.closed_at
            ELSE (SELECT message.at
                  FROM message
                  WHERE message.workspace_id = %(workspace)s AND message.conversation_id = conversation.id
                    AND message.direction = 'outbound' AND message.kind = 'message' AND message.type <> 'system'
                  ORDER BY message.at DESC, message.id DESC
                  LIMIT 1) END AS at
FROM unnest(%(id)s::uuid[]) AS wanted (id)
JOIN conversation ON conversation.workspace_id = %(workspace)s AND conversation.id = wanted.id;

-- name: known_messages
-- Index lookups in message_provider_id and message_client_ref.
SELECT message.id, message.contact_id, message.direction, message.provider_message_id, message.client_ref,
       message.from_address, message.metadata ? 'echo' AS is_echo
FROM unnest(%(provider_id)s::text[]) AS wanted (id)
JOIN message
  ON message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
 AND message.provider_message_id = wanted.id
UNION ALL
SELECT message.id, message.contact_id, message.direction, message.provider_message_id, message.client_ref,
       message.from_address, message.metadata ? 'echo' AS is_echo
FROM unnest(%(client_ref)s::text[]) AS wanted (ref)
JOIN message
  ON message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
 AND message.client_ref <> '' AND message.client_ref = wanted.ref;

-- name: unanswered_sends
-- Partial index message_in_flight: what left and has no answer yet. An echo of one is its answer.
SELECT id, contact_id, type, body, created_at
FROM message
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND status IN ('sending', 'uncertain')
  AND contact_id = ANY(%(contact_id)s)
ORDER BY id
FOR UPDATE;

-- name: adopt_echo
UPDATE message
SET provider_message_id = echo.provider_message_id, updated_at = now()
FROM unnest(%(id)s::uuid[], %(provider_message_id)s::text[]) AS echo (id, provider_message_id)
WHERE message.workspace_id = %(workspace)s AND message.id = echo.id;

-- name: add_media
INSERT INTO media_file
  (workspace_id, id, channel_id, state, mime_type, filename, byte_size, reference, error)
SELECT %(workspace)s, id, %(channel)s, state, mime_type, filename, byte_size, reference::jsonb, error
FROM unnest(
  %(id)s::uuid[], %(state)s::text[], %(mime_type)s::text[], %(filename)s::text[], %(byte_size)s::bigint[],
  %(reference)s::text[], %(error)s::text[]
) AS media (id, state, mime_type, filename, byte_size, reference, error);

-- name: fetch_media
-- Jobs in the transaction of their cause. Nothing but ids in the arguments.
SELECT procrastinate_defer_jobs_v1(array_agg(
  ROW('media', 'messaging.fetch_media', 0, NULL, NULL,
      jsonb_build_object('workspace_id', %(workspace)s::text, 'media_id', id::text), NULL
  )::procrastinate_job_to_defer_v1))
FROM unnest(%(id)s::uuid[]) AS media (id);

-- name: add_messages
INSERT INTO message
  (workspace_id, id, conversation_id, channel_id, contact_id, direction, type, body, content, media_id,
   reply_to_provider_id, reply_to, provider_message_id, from_address, status, at, metadata, recovered)
SELECT %(workspace)s, new.id, new.conversation_id, %(channel)s, new.contact_id, new.direction, new.type,
       new.body, new.content::jsonb, new.media_id, new.quoted, quoted.id, new.provider_message_id,
       new.from_address, new.status, least(new.at, now()), new.metadata::jsonb, new.recovered
FROM unnest(
  %(id)s::uuid[], %(conversation_id)s::uuid[], %(contact_id)s::uuid[], %(direction)s::text[],
  %(type)s::text[], %(body)s::text[], %(content)s::text[], %(media_id)s::uuid[], %(quoted)s::text[],
  %(provider_message_id)s::text[], %(from_address)s::text[], %(status)s::text[], %(at)s::timestamptz[],
  %(metadata)s::text[], %(recovered)s::boolean[]
) AS new (id, conversation_id, contact_id, direction, type, body, content, media_id, quoted,
          provider_message_id, from_address, status, at, metadata, recovered)
LEFT JOIN message AS quoted
  ON quoted.workspace_id = %(workspace)s AND quoted.channel_id = %(channel)s
 AND quoted.provider_message_id = nullif(new.quoted, '')
ORDER BY new.id;

-- name: touch_conversations
-- What the list shows, in the same transaction as the messages that changed it. The newest message wins.
UPDATE conversation AS c
SET last_message = CASE WHEN new.newest_at >= coalesce(c.last_message_at, '-infinity')
                        THEN new.preview ELSE c.last_message END,
    last_message_type = CASE WHEN new.newest_at >= coalesce(c.last_message_at, '-infinity')
                             THEN new.type ELSE c.last_message_type END,
    last_message_from_us = CASE WHEN new.newest_at >= coalesce(c.last_message_at, '-infinity')
                                THEN new.from_us ELSE c.last_message_from_us END,
    last_message_ref = CASE WHEN new.newest_at >= coalesce(c.last_message_at, '-infinity')
                            THEN new.message_id ELSE c.last_message_ref END,
    last_message_at = greatest(c.last_message_at, new.newest_at),
    last_inbound_at = greatest(c.last_inbound_at, new.inbound_at),
    window_expires_at = CASE WHEN %(has_window)s
                             THEN greatest(c.window_expires_at, new.inbound_at + interval '24 hours') END,
    unread_count = CASE WHEN new.answered_at >= coalesce(c.last_inbound_at, '-infinity')
                        THEN new.unread_after ELSE c.unread_count + new.unread END,
    waiting_since = CASE WHEN new.answered_at >= coalesce(c.last_inbound_at, '-infinity')
                         THEN new.first_after_at
                         WHEN new.unread > 0 THEN least(c.waiting_since, new.first_waiting_at)
                         ELSE c.waiting_since END,
    status = CASE WHEN new.unread > 0 AND c.status IN ('pending', 'snoozed') THEN 'open' ELSE c.status END,
    updated_at = now()
FROM unnest(
  %(id)s::uuid[], %(message_id)s::uuid[], %(newest_at)s::timestamptz[], %(preview)s::text[],
  %(type)s::text[], %(from_us)s::boolean[], %(inbound_at)s::timestamptz[], %(answered_at)s::timestamptz[],
  %(unread)s::int[], %(first_waiting_at)s::timestamptz[], %(unread_after)s::int[],
  %(first_after_at)s::timestamptz[]
) AS new (id, message_id, newest_at, preview, type, from_us, inbound_at, answered_at, unread, first_waiting_at,
          unread_after, first_after_at)
WHERE c.workspace_id = %(workspace)s AND c.id = new.id;

-- name: touch_contacts
UPDATE contact
SET last_inbound_at = greatest(contact.last_inbound_at, new.inbound_at),
    last_interaction_at = greatest(contact.last_interaction_at, new.newest_at), updated_at = now()
FROM unnest(%(contact_id)s::uuid[], %(inbound_at)s::timestamptz[], %(newest_at)s::timestamptz[])
  AS new (contact_id, inbound_at, newest_at)
WHERE contact.workspace_id = %(workspace)s AND contact.id = new.contact_id;

-- name: saw_activity
UPDATE channel SET last_activity_at = greatest(last_activity_at, %(at)s)
WHERE workspace_id = %(workspace)s AND id = %(channel)s;

-- name: announce
INSERT INTO event (workspace_id, id, type, object_type, object_id, data, topics)
SELECT %(workspace)s, id, type, object_type, object_id, data::jsonb, string_to_array(topics, ' ')
FROM unnest(
  %(id)s::uuid[], %(type)s::text[], %(object_type)s::text[], %(object_id)s::uuid[], %(data)s::text[],
  %(topics)s::text[]
) AS event (id, type, object_type, object_id, data, topics);

-- name: notify
-- A hint for each screen that shows something of it, however much of it there was; the facts are in the log.
SELECT pg_notify('parley_event', ''), (
  SELECT count(pg_notify('parley_live', payload)) FROM unnest(%(payloads)s::text[]) AS part (payload)
);
