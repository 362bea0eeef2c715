-- name: addresses
-- How the provider knows the contact: the current and primary one of each kind, as the sender chooses them.
SELECT DISTINCT ON (kind) kind, value
FROM contact_identity
WHERE workspace_id = %(workspace_id)s AND contact_id = %(contact_id)s AND valid_to IS NULL
ORDER BY kind, is_primary DESC, created_at DESC
