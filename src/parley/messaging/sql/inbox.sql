-- The inbox list. The parts below are put together into one statement:
--   WITH scope AS NOT MATERIALIZED (scope AND number AND person),
--     closed AS NOT MATERIALIZED (closed AND number, the first `reach`), page AS (page_…) rows
-- Each names the workspace although row security adds it, because distributed tables route by it. Django sends
-- the values as literals, so the planner drops the conditions that a tab, a sort or an empty search leaves open.

-- name: scope
-- Open conversations of a tab.
SELECT conversation.id, conversation.last_message_at, conversation.waiting_since, conversation.window_expires_at
FROM conversation
WHERE conversation.workspace_id = %(workspace_id)s
  AND conversation.status IN ('open', 'pending', 'snoozed')
  AND conversation.last_message_at IS NOT NULL
  AND (%(tab)s <> 'mine' OR conversation.assignee_id = %(membership_id)s)
  AND (%(tab)s <> 'unassigned' OR conversation.assignee_id IS NULL)

-- name: closed
-- Closed ones of a tab from the cursor on, by conversation_closed_recent. No page reads more than `reach` of them:
-- they are kept for years, and `person` reads them one by one.
SELECT id, contact_id, closed_at
FROM conversation
WHERE conversation.workspace_id = %(workspace_id)s
  AND conversation.status IN ('closed', 'expired')
  AND (%(tab)s <> 'mine' OR conversation.assignee_id = %(membership_id)s)
  AND (%(tab)s <> 'unassigned' OR conversation.assignee_id IS NULL)
  AND (%(phase)s < 2 OR (closed_at, id) < (%(key)s, %(id)s))

-- name: number
-- A search for a whole number: equal or not, so contact_identity_value serves it.
  (
    %(whole)s = '{}'::text[]
    OR conversation.contact_id IN (
      SELECT contact_id
      FROM contact_identity
      WHERE workspace_id = %(workspace_id)s
        AND kind IN ('phone', 'wa_id')
        AND scope = ''
        AND value = ANY (%(whole)s)
    )
  )

-- name: person
-- A search for a part of a name or number. Those of the workspace's conversations are read one by one, newest first,
-- until a page is full: neither ILIKE nor LIKE is leak-proof, so row security keeps them from an index. OFFSET 0
-- keeps the planner from hashing every contact of the workspace instead. Measured on two busy cores (load 10): with
-- 5,000 open conversations below 50 ms; with 100,000 a common word 20 ms, a rare word or part 1.7 s.
  (
    %(name)s = ''
    OR EXISTS (
      SELECT
      FROM (
        SELECT display_name, profile_name
        FROM contact
        WHERE contact.workspace_id = %(workspace_id)s AND contact.id = conversation.contact_id
        OFFSET 0
      ) AS person
      WHERE person.display_name ILIKE %(name)s OR person.profile_name ILIKE %(name)s
    )
  )
  AND (
    %(parts)s = '{}'::text[]
    OR EXISTS (
      SELECT
      FROM (
        SELECT value
        FROM contact_identity
        WHERE contact_identity.workspace_id = %(workspace_id)s
          AND contact_identity.contact_id = conversation.contact_id
          AND contact_identity.kind IN ('phone', 'wa_id')
        OFFSET 0
      ) AS number
      WHERE number.value LIKE ANY (%(parts)s)
    )
  )

-- name: page_newest
-- Walks conversation_open_recent, for mine conversation_assignee_recent, from the cursor on.
-- Measured with 100,000 open conversations and 500,000 messages: 7 to 10 ms for any page of any sort, of which
-- a third is planning.
SELECT id, 1 AS phase, last_message_at AS key
FROM scope
WHERE %(phase)s < 2 AND (last_message_at, id) < (%(key)s, %(id)s)
ORDER BY last_message_at DESC, id DESC
LIMIT %(limit)s

-- name: page_waiting
-- Who waits for an answer, the longest first (conversation_waiting); then the others, newest first.
(
  SELECT id, 0 AS phase, waiting_since AS key
  FROM scope
  WHERE %(phase)s = 0 AND waiting_since IS NOT NULL AND (waiting_since, id) > (%(key)s, %(id)s)
  ORDER BY waiting_since, id
  LIMIT %(limit)s
)
UNION ALL
(
  SELECT id, 1 AS phase, last_message_at AS key
  FROM scope
  WHERE waiting_since IS NULL
    AND %(phase)s < 2 AND (%(phase)s = 0 OR (last_message_at, id) < (%(key)s, %(id)s))
  ORDER BY last_message_at DESC, id DESC
  LIMIT %(limit)s
)

-- name: page_window
-- Whose window closes first (conversation_window); then those without an open one, newest first. The cursor
-- keeps the time of the first page, or a window that closes while somebody scrolls would show up twice.
(
  SELECT id, 0 AS phase, window_expires_at AS key
  FROM scope
  WHERE %(phase)s = 0 AND window_expires_at > %(as_of)s AND (window_expires_at, id) > (%(key)s, %(id)s)
  ORDER BY window_expires_at, id
  LIMIT %(limit)s
)
UNION ALL
(
  SELECT id, 1 AS phase, last_message_at AS key
  FROM scope
  WHERE (window_expires_at IS NULL OR window_expires_at <= %(as_of)s)
    AND %(phase)s < 2 AND (%(phase)s = 0 OR (last_message_at, id) < (%(key)s, %(id)s))
  ORDER BY last_message_at DESC, id DESC
  LIMIT %(limit)s
)

-- name: page_closed
-- Alone in their tab; behind the open ones of a search in any tab. AND person, the last closed first.
SELECT id, 2 AS phase, closed_at AS key
FROM closed AS conversation
WHERE closed_at IS NOT NULL

-- name: page_earlier
-- What was closed with one contact, on every number; by the index on contact.
SELECT conversation.id, 2 AS phase, conversation.closed_at AS key
FROM conversation
WHERE conversation.workspace_id = %(workspace_id)s
  AND conversation.contact_id = %(contact_id)s
  AND conversation.status IN ('closed', 'expired')
  AND conversation.closed_at IS NOT NULL
  AND conversation.id <> %(besides)s
ORDER BY conversation.closed_at DESC, conversation.id DESC
LIMIT %(limit)s

-- name: page_one
-- The row of one conversation, whatever its state.
SELECT conversation.id, 1 AS phase, conversation.created_at AS key
FROM conversation
WHERE conversation.workspace_id = %(workspace_id)s AND conversation.id = %(id)s

-- name: rows
-- What a line of the list shows, each part by primary key. The ticks are those of the last message. A call
-- that nobody took within two minutes was missed: not every provider says so.
SELECT page.phase,
       page.key,
       conversation.id,
       conversation.contact_id,
       coalesce(nullif(contact.display_name, ''), nullif(contact.profile_name, ''), phone.value, '') AS name,
       coalesce(phone.value, '') AS phone,
       channel.name AS channel_name,
       channel.status AS channel_status,
       channel.provider,
       conversation.status,
       conversation.unread_count,
       CASE WHEN last.revoked_at IS NULL THEN conversation.last_message ELSE '' END AS preview,
       CASE WHEN last.revoked_at IS NOT NULL THEN 'revoked'
            WHEN last.type <> 'system' OR last.content -> 'call' IS NULL THEN conversation.last_message_type
            WHEN last.content -> 'call' ->> 'missed' = 'true' OR last.content -> 'call' ->> 'phase' = 'missed'
              OR (last.content -> 'call' ->> 'phase' = 'ringing' AND last.at < now() - interval '2 minutes')
            THEN 'missed_call'
            ELSE 'call' END AS preview_type,
       conversation.last_message_from_us AS preview_from_us,
       CASE WHEN conversation.last_message_from_us THEN coalesce(last.status, '') ELSE '' END AS preview_status,
       conversation.last_message_at,
       conversation.window_expires_at,
       conversation.waiting_since,
       conversation.assignee_id,
       coalesce(nullif(trim(person.first_name || ' ' || person.last_name), ''), person.email, '') AS assignee_name
FROM page
JOIN conversation ON conversation.workspace_id = %(workspace_id)s AND conversation.id = page.id
JOIN contact ON contact.workspace_id = %(workspace_id)s AND contact.id = conversation.contact_id
JOIN channel ON channel.workspace_id = %(workspace_id)s AND channel.id = conversation.channel_id
LEFT JOIN message AS last
       ON last.workspace_id = %(workspace_id)s AND last.id = conversation.last_message_ref
LEFT JOIN membership
       ON membership.workspace_id = %(workspace_id)s AND membership.id = conversation.assignee_id
LEFT JOIN "user" AS person ON person.id = membership.user_id
LEFT JOIN LATERAL (
  SELECT contact_identity.value
  FROM contact_identity
  WHERE contact_identity.workspace_id = %(workspace_id)s
    AND contact_identity.contact_id = conversation.contact_id
    AND contact_identity.kind = 'phone'
  ORDER BY contact_identity.is_primary DESC, contact_identity.id
  LIMIT 1
) AS phone ON true
ORDER BY page.phase,
         CASE page.phase WHEN 0 THEN page.key END,
         CASE WHEN page.phase > 0 THEN page.key END DESC,
         CASE page.phase WHEN 0 THEN page.id END,
         page.id DESC
LIMIT %(limit)s

-- name: counts
-- No count looks at more than 1,000 rows, so that a large inbox costs what a small one does: 4 ms with 100,000
-- open conversations. Unread ones are counted among the newest 1,000 of mine and of nobody's.
SELECT
  (SELECT count(*) FROM (
    SELECT FROM conversation
    WHERE workspace_id = %(workspace_id)s AND status IN ('open', 'pending', 'snoozed')
      AND assignee_id = %(membership_id)s
    LIMIT %(cap)s) AS counted) AS mine,
  (SELECT count(*) FROM (
    SELECT FROM conversation
    WHERE workspace_id = %(workspace_id)s AND status IN ('open', 'pending', 'snoozed')
      AND assignee_id IS NULL
    LIMIT %(cap)s) AS counted) AS unassigned,
  (SELECT count(*) FROM (
    SELECT FROM conversation
    WHERE workspace_id = %(workspace_id)s AND status IN ('open', 'pending', 'snoozed')
    LIMIT %(cap)s) AS counted) AS every,
  (SELECT count(*) FROM (
    SELECT unread_count FROM (
      (SELECT unread_count FROM conversation
       WHERE workspace_id = %(workspace_id)s AND status IN ('open', 'pending', 'snoozed')
         AND assignee_id = %(membership_id)s
       ORDER BY last_message_at DESC, id DESC
       LIMIT %(cap)s)
      UNION ALL
      (SELECT unread_count FROM conversation
       WHERE workspace_id = %(workspace_id)s AND status IN ('open', 'pending', 'snoozed')
         AND assignee_id IS NULL
       ORDER BY last_message_at DESC, id DESC
       LIMIT %(cap)s)
    ) AS newest
    WHERE unread_count > 0
    LIMIT %(cap)s) AS counted) AS unread
