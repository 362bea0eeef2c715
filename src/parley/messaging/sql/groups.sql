-- Groups: what is read of them.

-- name: of_contact
-- Index group_message_contact, backwards over the last 200 words of the person: in which groups, and what last.
SELECT DISTINCT ON (spoken.group_id) chat_group.id, chat_group.name, spoken.at, spoken.body, spoken.type
FROM (
  SELECT group_id, at, body, type
  FROM group_message
  WHERE workspace_id = %(workspace_id)s AND contact_id = %(contact_id)s AND revoked_at IS NULL
  ORDER BY at DESC, id
  LIMIT 200
) AS spoken
JOIN chat_group ON chat_group.workspace_id = %(workspace_id)s AND chat_group.id = spoken.group_id
ORDER BY spoken.group_id, spoken.at DESC
LIMIT 5

-- name: group
SELECT chat_group.id, chat_group.name, chat_group.description, chat_group.participant_count,
       chat_group.is_member, chat_group.channel_id, channel.name AS channel_name
FROM chat_group
JOIN channel ON channel.workspace_id = chat_group.workspace_id AND channel.id = chat_group.channel_id
WHERE chat_group.workspace_id = %(workspace_id)s AND chat_group.id = %(group_id)s

-- name: messages
-- Index group_message_recent.
SELECT spoken.id, spoken.from_us, spoken.type, spoken.body, spoken.at, spoken.edited_at, spoken.revoked_at,
       spoken.contact_id, coalesce(nullif(contact.display_name, ''), spoken.author_name) AS author,
       spoken.author_address
FROM group_message AS spoken
LEFT JOIN contact ON contact.workspace_id = spoken.workspace_id AND contact.id = spoken.contact_id
WHERE spoken.workspace_id = %(workspace_id)s AND spoken.group_id = %(group_id)s
  AND (spoken.at < %(at)s OR (spoken.at = %(at)s AND spoken.id > %(id)s))
ORDER BY spoken.at DESC, spoken.id
LIMIT %(limit)s
