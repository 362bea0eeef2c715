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
