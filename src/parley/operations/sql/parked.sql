-- Events of webhooks that could not be applied, over all workspaces: run as parley_engine, whose policy on
-- inbound_event shows them. `workspace` is null for all.

-- name: counts
-- Up to 100,000 of each state, so that it takes no longer in a year. new and parked have partial indexes.
SELECT states.state,
       (SELECT count(*) FROM (
          SELECT FROM inbound_event AS event
          WHERE event.state = states.state
            AND (%(workspace)s::uuid IS NULL OR event.workspace_id = %(workspace)s::uuid)
          LIMIT 100000) AS counted) AS number
FROM unnest(ARRAY['new', 'parked', 'applied', 'ignored']) WITH ORDINALITY AS states (state, place)
ORDER BY states.place

-- name: newest
SELECT event.received_at, workspace.slug, event.channel_id, event.error
FROM inbound_event AS event
JOIN workspace ON workspace.id = event.workspace_id
WHERE event.state = 'parked' AND (%(workspace)s::uuid IS NULL OR event.workspace_id = %(workspace)s::uuid)
ORDER BY event.received_at DESC
LIMIT 20

-- name: numbers_that_are_here_now
-- Events for a number that was not connected are kept under the channel that they came through.
SELECT DISTINCT event.workspace_id, via.id AS via_id, via.webhook_secret AS via_secret,
       number.id AS number_id, number.webhook_secret AS number_secret, event.error
FROM inbound_event AS event
JOIN channel AS via ON via.workspace_id = event.workspace_id AND via.id = event.channel_id
JOIN channel AS number
  ON number.workspace_id = event.workspace_id AND number.provider = via.provider AND number.deleted_at IS NULL
 AND event.error = format('The number %%s is not connected here.', number.external_id)
WHERE event.state = 'parked' AND (%(workspace)s::uuid IS NULL OR event.workspace_id = %(workspace)s::uuid)

-- name: hand_over
-- To the number that they are for; what the provider has said again since then came there by itself.
UPDATE inbound_event AS event
SET channel_id = CASE WHEN again.id IS NULL THEN %(number_id)s ELSE event.channel_id END,
    state = CASE WHEN again.id IS NULL THEN 'new' ELSE 'ignored' END,
    error = CASE WHEN again.id IS NULL THEN '' ELSE 'It came again when the number was connected.' END,
    updated_at = now()
FROM inbound_event AS parked
LEFT JOIN inbound_event AS again
  ON again.workspace_id = parked.workspace_id AND again.channel_id = %(number_id)s
 AND again.dedupe_key = parked.dedupe_key
WHERE event.workspace_id = parked.workspace_id AND event.id = parked.id
  AND parked.workspace_id = %(workspace_id)s AND parked.channel_id = %(via_id)s
  AND parked.state = 'parked' AND parked.error = %(error)s

-- name: retry
-- All but those for a number that is not here, and those whose JSON PostgreSQL refused: only bytes are left of them.
UPDATE inbound_event
SET state = 'new', error = '', updated_at = now()
WHERE state = 'parked' AND (%(workspace)s::uuid IS NULL OR workspace_id = %(workspace)s::uuid)
  AND error NOT LIKE 'The number %% is not connected here.'
  AND NOT (raw IS NOT NULL AND payload = '{}')
