-- name: worth_telling
-- Of the pairs that a provider knows, those that tell something of a contact here: one side is unknown, or each
-- is another contact's. Three index probes on contact_identity_value a pair. The place counts from 1.
SELECT pair.place, hidden.contact_id, numbered.contact_id
FROM unnest(%(lid)s::text[], %(wa_id)s::text[], %(phone)s::text[]) WITH ORDINALITY
  AS pair (lid, wa_id, phone, place)
LEFT JOIN contact_identity AS hidden
  ON hidden.workspace_id = %(workspace)s AND hidden.kind = 'lid' AND hidden.scope = %(scope)s
 AND hidden.value = pair.lid
LEFT JOIN LATERAL (
  SELECT contact_id
  FROM contact_identity
  WHERE workspace_id = %(workspace)s AND scope = ''
    AND (kind, value) IN (('wa_id', pair.wa_id), ('phone', pair.phone))
  ORDER BY kind DESC
  LIMIT 1
) AS numbered ON true
WHERE hidden.contact_id IS DISTINCT FROM numbered.contact_id
ORDER BY pair.place;

-- name: hidden_ids
-- By what a contact without a number is known to this channel's provider.
SELECT value
FROM contact_identity
WHERE workspace_id = %(workspace)s AND contact_id = %(contact)s AND kind = 'lid' AND scope = %(scope)s
  AND NOT EXISTS (
    SELECT FROM contact_identity AS number
    WHERE number.workspace_id = %(workspace)s AND number.contact_id = %(contact)s
      AND number.kind IN ('wa_id', 'phone')
  )
ORDER BY valid_from DESC;
