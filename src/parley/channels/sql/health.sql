-- name: known_keys
-- Unique index inbound_event_once: one probe a key.
SELECT dedupe_key
FROM inbound_event
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND dedupe_key = ANY(%(keys)s);

-- name: known_messages
-- Unique index on the provider's message id: one probe an id.
SELECT provider_message_id
FROM message
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND provider_message_id = ANY(%(ids)s);

-- name: wake_applier
SELECT pg_notify('parley_inbound', '');

-- name: recovered_waiting
-- Partial index inbound_event_new: as long as the channel's backlog.
SELECT EXISTS (
  SELECT FROM inbound_event
  WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND state = 'new'
    AND headers ? 'recovered'
);

-- name: recovered
-- Partial index message_recovered, from the mark on: as long as what this reading brought.
SELECT count(*),
       count(DISTINCT m.contact_id) FILTER (WHERE m.direction = 'inbound' AND c.waiting_since IS NOT NULL)
FROM message AS m
JOIN conversation AS c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
WHERE m.workspace_id = %(workspace)s AND m.channel_id = %(channel)s AND m.recovered AND m.id > %(mark)s;

-- name: heard_since
-- Whether a webhook told anything of a person since then. Primary keys are in the order of time: two short
-- ranges that end at the first row of the channel.
SELECT EXISTS (
  SELECT FROM message
  WHERE workspace_id = %(workspace)s AND id > %(mark)s AND channel_id = %(channel)s
    AND status = 'received' AND NOT recovered
) OR EXISTS (
  SELECT FROM message_status_event
  WHERE workspace_id = %(workspace)s AND id > %(mark)s AND channel_id = %(channel)s
);

-- name: last_in_and_out
-- Index conversation_open_recent, or the one on the channel where that is shorter: the fifty newest will do. What
-- WhatsApp has not taken is not out.
SELECT max(newest.last_inbound_at), max(message.accepted_at)
FROM (
  SELECT workspace_id, last_inbound_at, CASE WHEN last_message_from_us THEN last_message_ref END AS sent
  FROM conversation
  WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND status IN ('open', 'pending', 'snoozed')
  ORDER BY last_message_at DESC, id DESC
  LIMIT 50
) AS newest
LEFT JOIN message ON message.workspace_id = newest.workspace_id AND message.id = newest.sent;

-- name: late_receipts
-- Partial index message_unconfirmed, as below.
SELECT count(*)
FROM (
  SELECT FROM message
  WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND status = 'accepted'
    AND accepted_at BETWEEN now() - interval '1 day' AND now() - make_interval(secs => %(late)s)
  LIMIT 1000
) AS late;

-- name: unconfirmed
-- Partial index message_unconfirmed: for each number as long as what the provider took and never told of, within
-- one window, and at most as many as matter. 50 late ones among 100,000 messages: an index-only scan, 0.05 ms.
SELECT channel.id, unconfirmed.count
FROM channel
CROSS JOIN LATERAL (
  SELECT count(*) AS count
  FROM (
    SELECT FROM message
    WHERE message.workspace_id = %(workspace)s AND message.channel_id = channel.id
      AND message.status = 'accepted'
      AND message.accepted_at BETWEEN now() - make_interval(secs => %(window)s)
                                  AND now() - make_interval(secs => %(late)s)
    LIMIT %(most)s
  ) AS late
) AS unconfirmed
WHERE channel.workspace_id = %(workspace)s AND channel.deleted_at IS NULL AND unconfirmed.count >= %(least)s;

-- name: confirmed
-- Asked only of a number with too many unconfirmed. Primary keys from the mark on; ends when enough are found.
SELECT count(*)
FROM (
  SELECT FROM message
  WHERE workspace_id = %(workspace)s AND id > %(mark)s AND channel_id = %(channel)s
    AND direction = 'outbound' AND status IN ('sent', 'delivered', 'read')
    AND accepted_at BETWEEN now() - make_interval(secs => %(window)s) AND now()
  LIMIT %(most)s
) AS confirmed;

-- name: told_since
-- Any word about a message of ours since then: primary keys in the order of time.
SELECT EXISTS (
  SELECT FROM message_status_event
  WHERE workspace_id = %(workspace)s AND id > %(mark)s AND channel_id = %(channel)s
    AND status IN ('sent', 'delivered', 'read')
);
