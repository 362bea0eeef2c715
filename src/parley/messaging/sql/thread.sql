-- The thread. `entries_…` chooses, `bubbles` dresses; together one statement, as in inbox.sql. A reaction that we
-- sent is a message too, and is shown on what it reacts to instead.

-- name: entries_before
-- The newest before a place, by message_thread backwards: 7 ms for any page of a thread of 20,000.
SELECT *
FROM message
WHERE workspace_id = %(workspace_id)s
  AND conversation_id = %(conversation_id)s
  AND type <> 'reaction'
  AND (at, id) < (%(at)s, %(id)s)
ORDER BY at DESC, id DESC
LIMIT %(limit)s

-- name: entries_since
-- Everything from the oldest that is on a screen, and the entry before it: what a refresh draws again.
(
  SELECT entry.*
  FROM message AS oldest
  JOIN message AS entry
    ON entry.workspace_id = %(workspace_id)s
   AND entry.conversation_id = %(conversation_id)s
   AND entry.type <> 'reaction'
   AND (entry.at, entry.id) >= (oldest.at, oldest.id)
  WHERE oldest.workspace_id = %(workspace_id)s
    AND oldest.id = %(id)s
    AND oldest.conversation_id = %(conversation_id)s
  ORDER BY entry.at DESC, entry.id DESC
  LIMIT %(limit)s
)
UNION ALL
(
  SELECT entry.*
  FROM message AS oldest
  JOIN message AS entry
    ON entry.workspace_id = %(workspace_id)s
   AND entry.conversation_id = %(conversation_id)s
   AND entry.type <> 'reaction'
   AND (entry.at, entry.id) < (oldest.at, oldest.id)
  WHERE oldest.workspace_id = %(workspace_id)s
    AND oldest.id = %(id)s
    AND oldest.conversation_id = %(conversation_id)s
  ORDER BY entry.at DESC, entry.id DESC
  LIMIT 1
)

-- name: entry
-- One message and the entry before it, so that it is drawn as it stands in its thread.
(
  SELECT *
  FROM message
  WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND type <> 'reaction'
)
UNION ALL
(
  SELECT earlier.*
  FROM message AS target
  CROSS JOIN LATERAL (
    SELECT *
    FROM message
    WHERE workspace_id = %(workspace_id)s
      AND conversation_id = target.conversation_id
      AND type <> 'reaction'
      AND (at, id) < (target.at, target.id)
    ORDER BY at DESC, id DESC
    LIMIT 1
  ) AS earlier
  WHERE target.workspace_id = %(workspace_id)s AND target.id = %(id)s AND target.type <> 'reaction'
)

-- name: bubbles
-- Author, file and quoted message by primary key; votes and earlier texts only where there are any.
SELECT entry.id,
       entry.client_id,
       entry.conversation_id,
       entry.kind,
       entry.direction,
       entry.type,
       entry.body,
       entry.content,
       entry.status,
       entry.at,
       entry.accepted_at,
       entry.sent_at,
       entry.delivered_at,
       entry.read_at,
       entry.error_message,
       entry.metadata,
       entry.edited_at,
       entry.revoked_at,
       entry.recovered,
       CASE WHEN entry.type = 'poll' THEN (
         SELECT json_agg(json_build_object('from_us', vote.from_us, 'options', vote.options))
         FROM poll_vote AS vote
         WHERE vote.workspace_id = %(workspace_id)s AND vote.message_id = entry.id
       ) END AS votes,
       CASE WHEN entry.edited_at IS NOT NULL OR entry.revoked_at IS NOT NULL THEN (
         SELECT json_agg(revision.body_before ORDER BY revision.at)
         FROM message_revision AS revision
         WHERE revision.workspace_id = %(workspace_id)s AND revision.message_id = entry.id
           AND revision.body_before <> ''
       ) END AS earlier_texts,
       coalesce(nullif(trim(author.first_name || ' ' || author.last_name), ''), author.email, '') AS author,
       entry.media_id,
       media.state AS media_state,
       media.mime_type,
       media.filename,
       media.byte_size,
       media.width,
       media.height,
       media.duration,
       entry.reply_to,
       entry.reply_to_provider_id,
       CASE WHEN quoted.revoked_at IS NULL THEN quoted.type ELSE 'revoked' END AS quoted_type,
       quoted.direction AS quoted_direction,
       CASE WHEN quoted.revoked_at IS NULL THEN left(quoted.body, 300) END AS quoted_body,
       CASE WHEN quoted.revoked_at IS NULL THEN quoted_media.filename END AS quoted_filename
FROM entries AS entry
LEFT JOIN membership ON membership.workspace_id = %(workspace_id)s AND membership.id = entry.author_id
LEFT JOIN "user" AS author ON author.id = membership.user_id
LEFT JOIN media_file AS media ON media.workspace_id = %(workspace_id)s AND media.id = entry.media_id
LEFT JOIN message AS quoted ON quoted.workspace_id = %(workspace_id)s AND quoted.id = entry.reply_to
LEFT JOIN media_file AS quoted_media
       ON quoted_media.workspace_id = %(workspace_id)s AND quoted_media.id = quoted.media_id
ORDER BY entry.at DESC, entry.id DESC

-- name: reactions
-- What both sides show on the entries of one page, by reaction_side.
SELECT reaction.message_id,
       reaction.emoji,
       reaction.from_us,
       coalesce(nullif(trim(author.first_name || ' ' || author.last_name), ''), author.email, '') AS author
FROM reaction
LEFT JOIN membership ON membership.workspace_id = %(workspace_id)s AND membership.id = reaction.author_id
LEFT JOIN "user" AS author ON author.id = membership.user_id
WHERE reaction.workspace_id = %(workspace_id)s
  AND reaction.message_id = ANY (%(ids)s)
  AND reaction.emoji <> ''
ORDER BY reaction.at
