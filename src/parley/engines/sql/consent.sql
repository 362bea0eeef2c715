-- name: note_consent
-- One word of one person about marketing, for each of their addresses. The history takes every word once; what
-- is in force follows the newest, so that a late one changes nothing. Index consent_event_address.
WITH address AS (
  SELECT identity.address_hash AS hash
  FROM contact_identity AS identity
  WHERE identity.workspace_id = %(workspace)s AND identity.contact_id = %(contact)s::uuid
    AND identity.address_hash IS NOT NULL
  UNION
  SELECT given.hash FROM unnest(%(hashes)s::bytea[]) AS given (hash)
), said AS (
  SELECT address.hash,
         coalesce(max(before.at), '-infinity') AS newest_at,
         coalesce(bool_or(before.at = %(at)s::timestamptz AND before.evidence = %(evidence)s::jsonb), false) AS is_repeat
  FROM address
  LEFT JOIN consent_event AS before
    ON before.workspace_id = %(workspace)s AND before.address_hash = address.hash
   AND before.purpose = 'marketing'
  GROUP BY address.hash
), noted AS (
  INSERT INTO consent_event
    (workspace_id, id, contact_id, address_hash, purpose, channel_id, state, source, evidence, at)
  SELECT %(workspace)s, gen_random_uuid(), %(contact)s::uuid, hash, 'marketing', %(channel)s, %(state)s::text,
         %(source)s, %(evidence)s::jsonb, %(at)s::timestamptz
  FROM said
  WHERE NOT is_repeat
  RETURNING address_hash
), refused AS (
  INSERT INTO suppression (workspace_id, id, address_hash, purpose, since)
  SELECT %(workspace)s, gen_random_uuid(), hash, 'marketing', %(at)s::timestamptz
  FROM said
  WHERE %(state)s::text = 'revoked' AND newest_at <= %(at)s::timestamptz
  ON CONFLICT (workspace_id, address_hash, purpose) DO NOTHING
), lifted AS (
  DELETE FROM suppression
  USING said
  WHERE suppression.workspace_id = %(workspace)s AND suppression.address_hash = said.hash
    AND suppression.purpose = 'marketing' AND %(state)s::text = 'granted' AND said.newest_at <= %(at)s::timestamptz
), shown AS (
  UPDATE contact SET opted_in = (%(state)s::text = 'granted'), updated_at = now()
  WHERE contact.workspace_id = %(workspace)s AND contact.id = %(contact)s::uuid
    AND (SELECT coalesce(bool_and(newest_at <= %(at)s::timestamptz), false) FROM said)
)
SELECT count(*) > 0 AS noted FROM noted;
