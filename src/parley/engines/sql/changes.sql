-- name: take_early
-- Index early_change_target. What overtook these messages is applied with them.
DELETE FROM early_change
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND target_id = ANY(%(target_id)s::text[])
RETURNING id, payload::text AS payload;

-- name: keep_early
INSERT INTO early_change (workspace_id, id, channel_id, target_id, payload)
SELECT %(workspace)s, id, %(channel)s, target_id, payload::jsonb
FROM unnest(%(id)s::uuid[], %(target_id)s::text[], %(payload)s::text[]) AS early (id, target_id, payload);

-- name: forget_early
-- Their message never came. Few rows wait in one channel, and only a new one looks for old ones.
DELETE FROM early_change
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND created_at < now() - interval '30 days';

-- name: find_targets
-- Index message_provider_id, one lookup each.
SELECT message.id, message.provider_message_id, message.conversation_id, message.contact_id, message.direction
FROM unnest(%(target_id)s::text[]) AS wanted (id)
JOIN message
  ON message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
 AND message.provider_message_id = wanted.id;

-- name: find_group_targets
SELECT message.id, message.provider_message_id, chat_group.group_id
FROM unnest(%(group_id)s::text[], %(target_id)s::text[]) AS wanted (group_id, id)
JOIN chat_group
  ON chat_group.workspace_id = %(workspace)s AND chat_group.channel_id = %(channel)s
 AND chat_group.group_id = wanted.group_id
JOIN group_message AS message
  ON message.workspace_id = %(workspace)s AND message.group_id = chat_group.id
 AND message.provider_message_id = wanted.id;

-- name: add_reactions
INSERT INTO reaction (workspace_id, id, message_id, from_us, emoji, at)
SELECT %(workspace)s, id, message_id, from_us, emoji, at
FROM unnest(
  %(id)s::uuid[], %(message_id)s::uuid[], %(from_us)s::boolean[], %(emoji)s::text[], %(at)s::timestamptz[]
) AS new (id, message_id, from_us, emoji, at)
ON CONFLICT (workspace_id, message_id, from_us) DO UPDATE
SET emoji = excluded.emoji, at = excluded.at, updated_at = now()
WHERE reaction.at <= excluded.at
RETURNING message_id, from_us;

-- name: add_votes
-- As add_reactions. A vote that could not be read has no options at all.
INSERT INTO poll_vote (workspace_id, id, message_id, from_us, options, at)
SELECT %(workspace)s, id, message_id, from_us,
       CASE WHEN options IS NOT NULL
            THEN ARRAY(SELECT jsonb_array_elements_text(options::jsonb)) END,
       at
FROM unnest(
  %(id)s::uuid[], %(message_id)s::uuid[], %(from_us)s::boolean[], %(options)s::text[], %(at)s::timestamptz[]
) AS new (id, message_id, from_us, options, at)
ON CONFLICT (workspace_id, message_id, from_us) DO UPDATE
SET options = excluded.options, at = excluded.at, updated_at = now()
WHERE poll_vote.at <= excluded.at
RETURNING message_id, from_us;

-- name: lock_told
SELECT id, body
FROM message
WHERE workspace_id = %(workspace)s AND id = ANY(%(id)s::uuid[])
ORDER BY id
FOR NO KEY UPDATE;

-- name: revisions_of
-- The edits by their writer's clock, the deletion last.
SELECT message_id, kind, at, body_before, by_id IS NOT NULL AS is_ours
FROM message_revision
WHERE workspace_id = %(workspace)s AND message_id = ANY(%(id)s::uuid[])
ORDER BY message_id, kind = 'delete', at;

-- name: write_revisions
INSERT INTO message_revision (workspace_id, id, message_id, kind, body_before, at)
SELECT %(workspace)s, id, message_id, kind, body_before, at
FROM unnest(
  %(id)s::uuid[], %(message_id)s::uuid[], %(kind)s::text[], %(body_before)s::text[], %(at)s::timestamptz[]
) AS new (id, message_id, kind, body_before, at)
ON CONFLICT (workspace_id, message_id, kind, at) DO UPDATE
SET body_before = excluded.body_before, updated_at = now();

-- name: drop_later_deletions
-- A message is deleted once: of two words about it the earlier one counts.
DELETE FROM message_revision AS later
USING unnest(%(message_id)s::uuid[], %(at)s::timestamptz[]) AS kept (message_id, at)
WHERE later.workspace_id = %(workspace)s AND later.message_id = kept.message_id AND later.kind = 'delete'
  AND later.at <> kept.at;

-- name: retell_messages
-- What the list shows follows where the message is the last one.
WITH told AS (
  SELECT *
  FROM unnest(
    %(id)s::uuid[], %(body)s::text[], %(preview)s::text[], %(edited_at)s::timestamptz[],
    %(revoked_at)s::timestamptz[]
  ) AS told (id, body, preview, edited_at, revoked_at)
), changed AS (
  UPDATE message
  SET body = told.body, edited_at = told.edited_at, revoked_at = told.revoked_at, updated_at = now()
  FROM told
  WHERE message.workspace_id = %(workspace)s AND message.id = told.id
  RETURNING message.id, message.conversation_id, told.preview
)
UPDATE conversation
SET last_message = changed.preview, updated_at = now()
FROM changed
WHERE conversation.workspace_id = %(workspace)s AND conversation.id = changed.conversation_id
  AND conversation.last_message_ref = changed.id;

-- name: retell_group_messages
UPDATE group_message AS message
SET edited_at = greatest(message.edited_at, told.edited_at),
    revoked_at = least(message.revoked_at, told.revoked_at),
    body = CASE WHEN least(message.revoked_at, told.revoked_at) IS NOT NULL THEN ''
                WHEN told.edited_at IS NOT NULL AND (message.edited_at IS NULL
                     OR (told.edited_at, told.body) > (message.edited_at, message.body)) THEN told.body
                ELSE message.body END,
    updated_at = now()
FROM unnest(
  %(id)s::uuid[], %(edited_at)s::timestamptz[], %(body)s::text[], %(revoked_at)s::timestamptz[]
) AS told (id, edited_at, body, revoked_at)
WHERE message.workspace_id = %(workspace)s AND message.id = told.id
RETURNING message.id, message.group_id;
