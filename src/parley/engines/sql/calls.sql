-- name: known_calls
SELECT message.id, message.provider_message_id, message.conversation_id, message.contact_id, message.content,
       message.at
FROM unnest(%(provider_message_id)s::text[]) AS wanted (id)
JOIN message
  ON message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
 AND message.provider_message_id = wanted.id AND message.type = 'system' AND message.content ? 'call';

-- name: update_calls
UPDATE message SET at = call.at, content = call.content::jsonb, updated_at = now()
FROM unnest(%(id)s::uuid[], %(at)s::timestamptz[], %(content)s::text[]) AS call (id, at, content)
WHERE message.workspace_id = %(workspace)s AND message.id = call.id;

-- name: count_missed
-- A call that rang before and now was missed waits for an answer, unless somebody has written since.
UPDATE conversation AS c
SET unread_count = c.unread_count + missed.count, waiting_since = least(c.waiting_since, missed.at),
    updated_at = now()
FROM (
  SELECT conversation_id, count(*) AS count, min(at) AS at
  FROM unnest(%(conversation_id)s::uuid[], %(at)s::timestamptz[]) AS missed (conversation_id, at)
  GROUP BY conversation_id
) AS missed
WHERE c.workspace_id = %(workspace)s AND c.id = missed.conversation_id
  AND c.status IN ('open', 'pending', 'snoozed')
  AND NOT (c.last_message_from_us AND c.last_message_at > missed.at);

-- name: touch_calls
-- As touch_conversations. A call of the customer opens the window as a message of theirs does.
UPDATE conversation AS c
SET last_message = CASE WHEN call.at >= coalesce(c.last_message_at, '-infinity')
                        THEN '' ELSE c.last_message END,
    last_message_type = CASE WHEN call.at >= coalesce(c.last_message_at, '-infinity')
                             THEN 'system' ELSE c.last_message_type END,
    last_message_from_us = CASE WHEN call.at >= coalesce(c.last_message_at, '-infinity')
                                THEN call.from_us ELSE c.last_message_from_us END,
    last_message_ref = CASE WHEN call.at >= coalesce(c.last_message_at, '-infinity')
                            THEN call.id ELSE c.last_message_ref END,
    last_message_at = greatest(c.last_message_at, call.at),
    last_inbound_at = greatest(c.last_inbound_at, call.inbound_at),
    window_expires_at = CASE WHEN %(has_window)s
                             THEN greatest(c.window_expires_at, call.inbound_at + interval '24 hours') END,
    updated_at = now()
FROM (
  SELECT message.conversation_id, max(told.at) AS at,
         max(told.at) FILTER (WHERE message.direction = 'inbound') AS inbound_at,
         (array_agg(message.id ORDER BY told.at DESC))[1] AS id,
         (array_agg(message.direction = 'outbound' ORDER BY told.at DESC))[1] AS from_us
  FROM unnest(%(provider_message_id)s::text[], %(at)s::timestamptz[]) AS told (provider_message_id, at)
  JOIN message
    ON message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
   AND message.provider_message_id = told.provider_message_id
  GROUP BY message.conversation_id
) AS call
WHERE c.workspace_id = %(workspace)s AND c.id = call.conversation_id;
