-- name: known_identities
-- Index scans on contact_identity_value, one for each address.
SELECT identity.kind, identity.scope, identity.value, identity.contact_id
FROM unnest(%(kind)s::text[], %(scope)s::text[], %(value)s::text[]) AS wanted (kind, scope, value)
JOIN contact_identity AS identity
  ON identity.workspace_id = %(workspace)s AND identity.kind = wanted.kind
 AND identity.scope = wanted.scope AND identity.value = wanted.value;

-- name: lock_new_people
-- Two channels may meet the same stranger at once; only batches with strangers wait for each other.
SELECT pg_advisory_xact_lock(hashtextextended('new people of ' || %(workspace)s::text, 0));

-- name: lock_contacts
-- In one order, before any of them is changed: two channels may hear of the same people at once.
SELECT id
FROM contact
WHERE workspace_id = %(workspace)s AND id = ANY(%(id)s::uuid[])
ORDER BY id
FOR NO KEY UPDATE;

-- name: add_contacts
INSERT INTO contact (workspace_id, id, display_name, profile_name, source)
SELECT %(workspace)s, id, display_name, profile_name, 'whatsapp'
FROM unnest(%(id)s::uuid[], %(display_name)s::text[], %(profile_name)s::text[])
  AS person (id, display_name, profile_name);

-- name: add_identities
INSERT INTO contact_identity
  (workspace_id, id, contact_id, kind, scope, value, address_hash, is_primary, source)
SELECT %(workspace)s, id, contact_id, kind, scope, value, address_hash, kind = 'phone', 'whatsapp'
FROM unnest(
  %(id)s::uuid[], %(contact_id)s::uuid[], %(kind)s::text[], %(scope)s::text[], %(value)s::text[],
  %(address_hash)s::bytea[]
) AS identity (id, contact_id, kind, scope, value, address_hash)
ON CONFLICT (workspace_id, kind, scope, value) DO NOTHING;

-- name: name_contacts
-- A name that people gave stays; only what the person calls themselves follows them.
UPDATE contact
SET profile_name = person.profile_name,
    display_name = CASE WHEN contact.first_name = '' AND contact.last_name = ''
                        THEN person.profile_name ELSE contact.display_name END,
    updated_at = now()
FROM unnest(%(id)s::uuid[], %(profile_name)s::text[]) AS person (id, profile_name)
WHERE contact.workspace_id = %(workspace)s AND contact.id = person.id
  AND contact.profile_name IS DISTINCT FROM person.profile_name
RETURNING contact.id;

-- name: show_numbers
UPDATE contact
SET display_name = known.number, updated_at = now()
FROM unnest(%(id)s::uuid[], %(number)s::text[]) AS known (id, number)
WHERE contact.workspace_id = %(workspace)s AND contact.id = known.id
  AND concat(contact.first_name, contact.last_name, contact.profile_name) = '';

-- name: retire_identities
-- They moved: the old address is kept, so that a late message still finds them, and is not written to.
UPDATE contact_identity AS identity
SET valid_to = least(identity.valid_to, moved.at), is_primary = false, updated_at = now()
FROM unnest(%(kind)s::text[], %(scope)s::text[], %(value)s::text[], %(at)s::timestamptz[])
  AS moved (kind, scope, value, at)
WHERE identity.workspace_id = %(workspace)s AND identity.kind = moved.kind
  AND identity.scope = moved.scope AND identity.value = moved.value;

-- name: without_number
-- Asked only of those who wrote under a hidden id alone.
SELECT hidden.id
FROM unnest(%(id)s::uuid[]) AS hidden (id)
WHERE NOT EXISTS (
  SELECT FROM contact_identity AS identity
  WHERE identity.workspace_id = %(workspace)s AND identity.contact_id = hidden.id
    AND identity.kind IN ('wa_id', 'phone')
);
