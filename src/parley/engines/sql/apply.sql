-- name: channels_with_work
-- Partial index inbound_event_new: as long as the backlog, not as the table.
SELECT DISTINCT event.workspace_id, event.channel_id
FROM inbound_event AS event
WHERE event.state = 'new'
LIMIT 200;

-- name: lock_channel
-- One applier at a time per channel, so that order holds; another moves on. Ends with the transaction.
SELECT channel.id, channel.provider, channel.has_window, channel.status, channel.portfolio_id
FROM channel_lease AS lease
JOIN channel ON channel.workspace_id = lease.workspace_id AND channel.id = lease.channel_id
WHERE lease.workspace_id = %(workspace)s AND lease.channel_id = %(channel)s AND lease.purpose = 'apply'
FOR UPDATE OF lease SKIP LOCKED;

-- name: next_events
-- At most so many and so much: a batch is held in memory.
SELECT id, payload, received_at
FROM (
  SELECT id, payload, received_at, row_number() OVER by_id AS place,
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
    updated_at = now()
FROM unnest(%(id)s::uuid[], %(state)s::text[], %(error)s::text[]) AS outcome (id, state, error)
WHERE event.workspace_id = %(workspace)s AND event.id = outcome.id;

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

-- name: known_messages
-- Index scans on message_provider_id and message_client_ref.
SELECT id, conversation_id, direction, provider_message_id, client_ref
FROM message
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s
  AND provider_message_id = ANY(%(provider_id)s)
UNION
SELECT id, conversation_id, direction, provider_message_id, client_ref
FROM message
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s
  AND client_ref <> '' AND client_ref = ANY(%(client_ref)s);

-- name: unanswered_sends
-- Partial index message_in_flight: what left and has no answer yet. An echo of one is its answer.
SELECT id, conversation_id, contact_id, type, body, provider_message_id
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
   reply_to_provider_id, reply_to, provider_message_id, from_address, status, at, metadata)
SELECT %(workspace)s, new.id, new.conversation_id, %(channel)s, new.contact_id, new.direction, new.type,
       new.body, new.content::jsonb, new.media_id, new.quoted, quoted.id, new.provider_message_id,
       new.from_address, new.status, least(new.at, now()), new.metadata::jsonb
FROM unnest(
  %(id)s::uuid[], %(conversation_id)s::uuid[], %(contact_id)s::uuid[], %(direction)s::text[],
  %(type)s::text[], %(body)s::text[], %(content)s::text[], %(media_id)s::uuid[], %(quoted)s::text[],
  %(provider_message_id)s::text[], %(from_address)s::text[], %(status)s::text[], %(at)s::timestamptz[],
  %(metadata)s::text[]
) AS new (id, conversation_id, contact_id, direction, type, body, content, media_id, quoted,
          provider_message_id, from_address, status, at, metadata)
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
    unread_count = CASE WHEN new.from_us_last AND new.newest_at >= coalesce(c.last_inbound_at, '-infinity')
                        THEN 0 ELSE c.unread_count + new.unread END,
    waiting_since = CASE WHEN new.from_us_last AND new.newest_at >= coalesce(c.last_inbound_at, '-infinity')
                         THEN NULL
                         WHEN new.unread > 0 THEN coalesce(c.waiting_since, new.first_inbound_at)
                         ELSE c.waiting_since END,
    status = CASE WHEN new.unread > 0 THEN 'open' ELSE c.status END,
    updated_at = now()
FROM unnest(
  %(id)s::uuid[], %(message_id)s::uuid[], %(newest_at)s::timestamptz[], %(preview)s::text[],
  %(type)s::text[], %(from_us)s::boolean[], %(inbound_at)s::timestamptz[],
  %(first_inbound_at)s::timestamptz[], %(unread)s::int[], %(from_us_last)s::boolean[]
) AS new (id, message_id, newest_at, preview, type, from_us, inbound_at, first_inbound_at, unread,
          from_us_last)
WHERE c.workspace_id = %(workspace)s AND c.id = new.id;

-- name: touch_contacts
UPDATE contact
SET last_inbound_at = greatest(contact.last_inbound_at, new.inbound_at),
    last_interaction_at = greatest(contact.last_interaction_at, new.newest_at), updated_at = now()
FROM unnest(%(contact_id)s::uuid[], %(inbound_at)s::timestamptz[], %(newest_at)s::timestamptz[])
  AS new (contact_id, inbound_at, newest_at)
WHERE contact.workspace_id = %(workspace)s AND contact.id = new.contact_id;

-- name: add_statuses
-- A status is kept whether its message is known yet or not; see adopt_statuses of the sender.
INSERT INTO message_status_event
  (workspace_id, id, channel_id, message_id, provider_message_id, status, at, error_code, error_message, raw)
SELECT %(workspace)s, new.id, %(channel)s, coalesce(by_id.id, by_ref.id), new.provider_message_id, new.status,
       new.at, new.error_code, new.error_message, new.raw::jsonb
FROM unnest(
  %(id)s::uuid[], %(provider_message_id)s::text[], %(client_ref)s::text[], %(status)s::text[],
  %(at)s::timestamptz[], %(error_code)s::text[], %(error_message)s::text[], %(raw)s::text[]
) AS new (id, provider_message_id, client_ref, status, at, error_code, error_message, raw)
LEFT JOIN message AS by_id
  ON by_id.workspace_id = %(workspace)s AND by_id.channel_id = %(channel)s
 AND by_id.provider_message_id = new.provider_message_id AND by_id.direction = 'outbound'
LEFT JOIN message AS by_ref
  ON by_ref.workspace_id = %(workspace)s AND by_ref.channel_id = %(channel)s
 AND by_ref.client_ref = nullif(new.client_ref, '') AND by_ref.client_ref <> ''
 AND by_ref.direction = 'outbound'
ON CONFLICT (workspace_id, channel_id, provider_message_id, status, at) DO NOTHING
RETURNING message_id, provider_message_id;

-- name: derive_statuses
-- The times are the smallest seen per kind, so order and repeats do not matter. Also answers the try, whose sender
-- may have died. The ids stand twice: without statistics a batch of 200 takes 600 ms with the join alone, and 18 so.
WITH derived AS (
  UPDATE message
  SET accepted_at = least(message.accepted_at, seen.accepted), sent_at = least(message.sent_at, seen.sent),
      delivered_at = least(message.delivered_at, seen.delivered), read_at = least(message.read_at, seen.read),
      failed_at = least(message.failed_at, seen.failed),
      error_code = coalesce(seen.error_code, message.error_code),
      error_message = coalesce(seen.error_message, message.error_message),
      provider_message_id = coalesce(message.provider_message_id, seen.provider_message_id),
      pricing = coalesce(seen.pricing, message.pricing),
      status = message_status(
        message.status, least(message.accepted_at, seen.accepted), least(message.sent_at, seen.sent),
        least(message.delivered_at, seen.delivered), least(message.read_at, seen.read),
        least(message.failed_at, seen.failed)),
      updated_at = now()
  FROM (
    SELECT message_id,
           min(at) FILTER (WHERE status = 'accepted') AS accepted,
           min(at) FILTER (WHERE status = 'sent') AS sent,
           min(at) FILTER (WHERE status = 'delivered') AS delivered,
           min(at) FILTER (WHERE status = 'read') AS read,
           min(at) FILTER (WHERE status = 'failed') AS failed,
           (array_agg(error_code ORDER BY at) FILTER (WHERE status = 'failed'))[1] AS error_code,
           (array_agg(error_message ORDER BY at) FILTER (WHERE status = 'failed'))[1] AS error_message,
           (array_agg(provider_message_id ORDER BY at))[1] AS provider_message_id,
           (array_agg(raw -> 'pricing' ORDER BY at) FILTER (WHERE raw ? 'pricing'))[1] AS pricing
    FROM message_status_event
    WHERE workspace_id = %(workspace)s AND message_id = ANY(%(message_id)s)
    GROUP BY message_id
  ) AS seen
  WHERE message.workspace_id = %(workspace)s AND message.id = ANY(%(message_id)s) AND message.id = seen.message_id
  RETURNING message.id, message.conversation_id, message.status, message.attempts
), answered AS (
  UPDATE send_attempt
  SET outcome = 'accepted', finished_at = now(), detail = 'a status told of it', updated_at = now()
  FROM derived
  WHERE send_attempt.workspace_id = %(workspace)s AND send_attempt.message_id = derived.id
    AND send_attempt.attempt = derived.attempts AND send_attempt.outcome = ''
)
SELECT id, conversation_id, status FROM derived;

-- name: adopt_statuses
-- Statuses that overtook the answer to their send: now it is known whose they are.
UPDATE message_status_event
SET message_id = message.id
FROM message
WHERE message_status_event.workspace_id = %(workspace)s
  AND message_status_event.channel_id = %(channel)s AND message_status_event.message_id IS NULL
  AND message.workspace_id = %(workspace)s AND message.id = ANY(%(id)s)
  AND message_status_event.provider_message_id = message.provider_message_id
RETURNING message.id;

-- name: add_reactions
INSERT INTO reaction (workspace_id, id, message_id, from_us, emoji, at)
SELECT %(workspace)s, new.id, message.id, new.from_us, new.emoji, new.at
FROM unnest(
  %(id)s::uuid[], %(target_id)s::text[], %(from_us)s::boolean[], %(emoji)s::text[], %(at)s::timestamptz[]
) AS new (id, target_id, from_us, emoji, at)
JOIN message
  ON message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
 AND message.provider_message_id = new.target_id
ON CONFLICT (workspace_id, message_id, from_us) DO UPDATE
SET emoji = excluded.emoji, at = excluded.at, updated_at = now()
WHERE reaction.at <= excluded.at
RETURNING message_id;

-- name: conversations_of_messages
SELECT id, conversation_id FROM message WHERE workspace_id = %(workspace)s AND id = ANY(%(id)s);

-- name: change_channel
-- Only the newest word about the number counts.
UPDATE channel
SET status = %(status)s, status_at = %(at)s,
    phone_number = coalesce(%(phone_number)s, channel.phone_number),
    display_name = coalesce(%(display_name)s, channel.display_name),
    error_message = CASE WHEN %(status)s = 'failed' THEN coalesce(%(detail)s, '') ELSE '' END,
    metadata = channel.metadata - ARRAY['unreachable_since', 'pairing_code', 'pairing_code_at'],
    updated_at = now()
WHERE workspace_id = %(workspace)s AND id = %(channel)s AND coalesce(status_at, '-infinity') <= %(at)s;

-- name: resume_queue
-- The number works again: what waited for it need not wait for its next try.
UPDATE message SET next_attempt_at = NULL
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND status = 'queued'
  AND next_attempt_at > now();

-- name: wake_sender
SELECT pg_notify('parley_outbound', %(workspace)s::text || ':' || %(channel)s::text);

-- name: note_channel_state
INSERT INTO channel_event (workspace_id, id, channel_id, kind, "from", "to", detail, at)
VALUES (%(workspace)s, %(id)s, %(channel)s, 'state', %(before)s, %(status)s, coalesce(%(detail)s, ''), %(at)s);

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
SELECT pg_notify('parley_live', %(payload)s), pg_notify('parley_event', '');
