-- Events of webhooks that could not be applied or are not understood yet.

-- name: newest
-- Partial index inbound_event_parked, backwards; the channel is a filter on the few that are parked.
SELECT event.id, event.received_at, event.attempts, event.error, event.tried_with,
       jsonb_pretty(event.payload) AS payload, event.raw IS NOT NULL AS has_bytes
FROM inbound_event AS event
WHERE event.workspace_id = %(workspace_id)s
  AND event.channel_id = %(channel_id)s
  AND event.state = 'parked'
  AND (event.received_at, event.id) < (%(at)s, %(id)s)
ORDER BY event.received_at DESC, event.id DESC
LIMIT %(limit)s

-- name: counted
-- Up to 1,000 is enough to know.
SELECT count(*)
FROM (
  SELECT
  FROM inbound_event
  WHERE workspace_id = %(workspace_id)s AND channel_id = %(channel_id)s AND state = 'parked'
  LIMIT 1000
) AS first

-- name: retry
-- `ids` null: all of the channel. What is for a number that is not connected here waits for `parley events --retry`.
UPDATE inbound_event
SET state = 'new', error = '', updated_at = now()
WHERE workspace_id = %(workspace_id)s AND channel_id = %(channel_id)s AND state = 'parked'
  AND (%(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s))
  AND error NOT LIKE 'The number %% is not connected here.'
  AND NOT (raw IS NOT NULL AND payload = '{}')
RETURNING id
