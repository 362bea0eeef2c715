-- name: after
-- The log from a cursor on, but only rows of finished transactions: one that commits late has a higher
-- position than the oldest running transaction, so nothing is skipped (an identity column alone would).
SELECT id, workspace_id, position, seq, type, object_type, object_id, data, at
FROM event
WHERE (position, seq) > (%(position)s, %(seq)s)
  AND position < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY position, seq
LIMIT %(most)s
