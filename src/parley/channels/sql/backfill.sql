-- What was read back from a provider, written as ingest writes what was told.

-- name: keep
-- One page of the provider's memory. What is known already changes nothing, and is not returned.
INSERT INTO inbound_event
  (workspace_id, id, channel_id, dedupe_key, payload, raw, headers, state, error)
SELECT workspace_id, id, channel_id, dedupe_key, payload::jsonb, raw, headers::jsonb, state, error
FROM unnest(
  %(workspace_id)s::uuid[], %(id)s::uuid[], %(channel_id)s::uuid[], %(dedupe_key)s::text[],
  %(payload)s::text[], %(raw)s::bytea[], %(headers)s::text[], %(state)s::text[], %(error)s::text[]
) AS event (workspace_id, id, channel_id, dedupe_key, payload, raw, headers, state, error)
ON CONFLICT (workspace_id, channel_id, dedupe_key) DO NOTHING
RETURNING id;
