-- name: groups_of
SELECT id, group_id
FROM chat_group
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND group_id = ANY(%(group_id)s::text[]);

-- name: add_groups
INSERT INTO chat_group (workspace_id, id, channel_id, group_id)
SELECT %(workspace)s, id, %(channel)s, group_id
FROM unnest(%(id)s::uuid[], %(group_id)s::text[]) AS new (id, group_id);

-- name: change_group
-- An older word than the last one fills in only what nobody has told yet.
UPDATE chat_group AS g
SET name = CASE WHEN coalesce(g.told_at, '-infinity') <= %(at)s::timestamptz OR g.name = ''
                THEN coalesce(%(name)s::text, g.name) ELSE g.name END,
    description = CASE WHEN coalesce(g.told_at, '-infinity') <= %(at)s::timestamptz OR g.description = ''
                       THEN coalesce(%(description)s::text, g.description) ELSE g.description END,
    participant_count = CASE WHEN coalesce(g.told_at, '-infinity') <= %(at)s::timestamptz
                                  OR g.participant_count IS NULL
                             THEN coalesce(%(participant_count)s::int, g.participant_count)
                             ELSE g.participant_count END,
    is_member = CASE WHEN coalesce(g.told_at, '-infinity') <= %(at)s::timestamptz
                     THEN coalesce(%(is_member)s::boolean, g.is_member) ELSE g.is_member END,
    told_at = greatest(g.told_at, %(at)s::timestamptz), updated_at = now()
WHERE g.workspace_id = %(workspace)s AND g.id = %(id)s
RETURNING g.id;

-- name: add_group_messages
INSERT INTO group_message
  (workspace_id, id, group_id, contact_id, provider_message_id, from_us, author_name, author_address, type, body,
   content, at)
SELECT %(workspace)s, id, group_id, contact_id, provider_message_id, from_us, author_name, author_address, type,
       body, content::jsonb, at
FROM unnest(
  %(id)s::uuid[], %(group)s::uuid[], %(contact_id)s::uuid[], %(provider_message_id)s::text[],
  %(from_us)s::boolean[], %(author_name)s::text[], %(author_address)s::text[], %(type)s::text[],
  %(body)s::text[], %(content)s::text[], %(at)s::timestamptz[]
) AS new (id, group_id, contact_id, provider_message_id, from_us, author_name, author_address, type, body,
          content, at)
ON CONFLICT (workspace_id, group_id, provider_message_id) DO NOTHING
RETURNING id, group_id, provider_message_id;

-- name: touch_groups
UPDATE chat_group
SET last_message_at = (
      SELECT max(message.at)
      FROM group_message AS message
      WHERE message.workspace_id = %(workspace)s AND message.group_id = chat_group.id
    ), updated_at = now()
WHERE workspace_id = %(workspace)s AND id = ANY(%(id)s::uuid[]);
