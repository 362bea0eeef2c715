-- name: empty_placeholders
-- Index lookups in message_provider_id.
SELECT message.id, message.provider_message_id, message.contact_id, message.conversation_id
FROM unnest(%(provider_id)s::text[]) AS wanted (id)
JOIN message
  ON message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
 AND message.provider_message_id = wanted.id
WHERE message.type = 'unsupported' AND message.content ->> 'placeholder' = 'true';

-- name: fill_placeholders
UPDATE message
SET type = new.type, body = new.body, content = new.content::jsonb, media_id = new.media_id
FROM unnest(%(id)s::uuid[], %(type)s::text[], %(body)s::text[], %(content)s::text[], %(media_id)s::uuid[])
  AS new (id, type, body, content, media_id)
WHERE message.workspace_id = %(workspace)s AND message.id = new.id;
