-- name: end_of_log
-- From here on nothing is missed: whatever is not finished yet has a higher position.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS position, 9223372036854775807 AS seq;

-- name: since
-- Rows of finished transactions only: what commits late has a higher position and is not skipped.
SELECT position, seq, workspace_id, topics
FROM event
WHERE (position, seq) > (%(position)s, %(seq)s)
  AND position < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY position, seq
LIMIT %(most)s;

-- name: may_watch
-- Asked again while streams are open, once for all of a workspace, so that everything of a removed member ends
-- within a minute.
SELECT membership.id, membership.user_id
FROM membership
JOIN "user" AS person ON person.id = membership.user_id
JOIN workspace ON workspace.id = membership.workspace_id
WHERE membership.workspace_id = %(workspace)s AND membership.id = ANY(%(membership)s)
  AND membership.status = 'active' AND person.status = 'active' AND workspace.status = 'active';
