-- Two contacts that turned out to be one person, where nobody has touched the second: see services/joining.py.

-- name: hold_appliers
-- The appliers of every number that may know either contact by an id of its own wait until we are done. An
-- applier takes no other lock before this one.
SELECT lease.id
FROM channel_lease AS lease
JOIN channel ON channel.workspace_id = lease.workspace_id AND channel.id = lease.channel_id
WHERE lease.workspace_id = %(workspace)s AND lease.purpose = 'apply' AND (
    EXISTS (
      SELECT FROM contact_identity AS identity
      WHERE identity.workspace_id = %(workspace)s AND identity.contact_id = ANY(%(contacts)s)
        AND identity.kind IN ('lid', 'bsuid')
        AND identity.scope = coalesce(nullif(channel.portfolio_id, ''), channel.id::text)
    )
    OR EXISTS (
      SELECT FROM conversation
      WHERE conversation.workspace_id = %(workspace)s AND conversation.contact_id = ANY(%(contacts)s)
        AND conversation.channel_id = channel.id
    )
  )
ORDER BY lease.id
FOR UPDATE OF lease;

-- name: hold_conversations
-- Before the contacts, as whoever writes in one does.
SELECT id
FROM conversation
WHERE workspace_id = %(workspace)s AND contact_id = ANY(%(contacts)s)
ORDER BY id
FOR UPDATE;

-- name: hold_contacts
SELECT id
FROM contact
WHERE workspace_id = %(workspace)s AND id = ANY(%(contacts)s) AND deleted_at IS NULL
ORDER BY id
FOR UPDATE;

-- name: untouched
-- Of these contacts, those that only a provider's hidden id stands for and that nobody here has done anything
-- about or for: what is moved away from them leaves nothing behind.
SELECT contact.id
FROM contact
WHERE contact.workspace_id = %(workspace)s AND contact.id = ANY(%(contacts)s) AND contact.deleted_at IS NULL
  AND contact.source = 'whatsapp' AND contact.owner_id IS NULL AND contact.opted_in IS NULL
  AND contact.blocked_at IS NULL AND contact.tags = '{}' AND contact.attributes = '{}'
  AND concat(contact.first_name, contact.last_name, contact.notes, contact.address, contact.language,
             contact.timezone, contact.country, contact.lifecycle) = ''
  AND NOT EXISTS (
    SELECT FROM contact_identity AS identity
    WHERE identity.workspace_id = %(workspace)s AND identity.contact_id = contact.id
      AND (identity.kind NOT IN ('lid', 'bsuid', 'username') OR identity.valid_to IS NOT NULL OR EXISTS (
        SELECT FROM suppression
        WHERE suppression.workspace_id = %(workspace)s AND suppression.address_hash = identity.address_hash
      ))
  )
  AND NOT EXISTS (
    SELECT FROM consent_event AS consent
    WHERE consent.workspace_id = %(workspace)s AND consent.contact_id = contact.id
  )
  AND NOT EXISTS (
    SELECT FROM conversation
    WHERE conversation.workspace_id = %(workspace)s AND conversation.contact_id = contact.id AND (
        conversation.status <> 'open' OR conversation.assignee_id IS NOT NULL OR conversation.labels <> '{}'
        OR conversation.priority <> 'none' OR conversation.subject <> ''
        OR conversation.snoozed_until IS NOT NULL
      )
  )
  AND NOT EXISTS (
    SELECT FROM message
    WHERE message.workspace_id = %(workspace)s AND message.contact_id = contact.id AND (
        message.kind <> 'message' OR message.author_id IS NOT NULL OR message.client_id IS NOT NULL
        OR message.status IN ('queued', 'sending', 'uncertain')
      )
  );

-- name: has_moved
SELECT id
FROM contact_identity
WHERE workspace_id = %(workspace)s AND contact_id = %(kept)s AND valid_to IS NOT NULL
LIMIT 1;

-- name: places
-- Each conversation of the one that goes, and the open one on the same number of the one that stays, if any.
SELECT gone.id AS gone, kept.id AS kept
FROM conversation AS gone
LEFT JOIN conversation AS kept
  ON kept.workspace_id = gone.workspace_id AND kept.channel_id = gone.channel_id
 AND kept.contact_id = %(kept)s AND kept.status IN ('open', 'pending', 'snoozed')
WHERE gone.workspace_id = %(workspace)s AND gone.contact_id = %(gone)s
ORDER BY gone.id;

-- name: move_messages
-- Each remembers where it was. Statuses, reactions, votes, files and former words hang on the message.
UPDATE message
SET contact_id = %(kept)s,
    conversation_id = coalesce(place.kept, message.conversation_id),
    metadata = message.metadata || jsonb_build_object('joined_from', jsonb_build_object(
      'contact_id', %(gone)s::text, 'conversation_id', message.conversation_id::text
    )),
    updated_at = now()
FROM unnest(%(from)s::uuid[], %(to)s::uuid[]) AS place (gone, kept)
WHERE message.workspace_id = %(workspace)s AND message.conversation_id = place.gone;

-- name: move_conversations
UPDATE conversation
SET contact_id = %(kept)s, updated_at = now()
FROM unnest(%(from)s::uuid[], %(to)s::uuid[]) AS place (gone, kept)
WHERE conversation.workspace_id = %(workspace)s AND conversation.id = place.gone AND place.kept IS NULL;

-- name: show_in_list
-- The line of the one that stays, as if everything had been said in it. What waited there still waits.
UPDATE conversation AS c
SET last_message = CASE WHEN gone.is_newer THEN gone.last_message ELSE c.last_message END,
    last_message_type = CASE WHEN gone.is_newer THEN gone.last_message_type ELSE c.last_message_type END,
    last_message_from_us = CASE WHEN gone.is_newer THEN gone.last_message_from_us
                                ELSE c.last_message_from_us END,
    last_message_ref = CASE WHEN gone.is_newer THEN gone.last_message_ref ELSE c.last_message_ref END,
    last_message_at = greatest(c.last_message_at, gone.last_message_at),
    last_inbound_at = greatest(c.last_inbound_at, gone.last_inbound_at),
    window_expires_at = greatest(c.window_expires_at, gone.window_expires_at),
    free_entry_expires_at = greatest(c.free_entry_expires_at, gone.free_entry_expires_at),
    unread_count = c.unread_count + gone.unread_count,
    waiting_since = least(c.waiting_since, gone.waiting_since),
    status = CASE WHEN gone.unread_count > 0 THEN 'open' ELSE c.status END,
    snoozed_until = CASE WHEN gone.unread_count > 0 THEN NULL ELSE c.snoozed_until END,
    updated_at = now()
FROM (
  SELECT place.kept, other.*,
         into_.last_message_at IS NULL
         OR (other.last_message_at, other.last_message_ref) > (into_.last_message_at, into_.last_message_ref)
           AS is_newer
  FROM unnest(%(from)s::uuid[], %(to)s::uuid[]) AS place (gone, kept)
  JOIN conversation AS other ON other.workspace_id = %(workspace)s AND other.id = place.gone
  JOIN conversation AS into_ ON into_.workspace_id = %(workspace)s AND into_.id = place.kept
) AS gone
WHERE c.workspace_id = %(workspace)s AND c.id = gone.kept;

-- name: drop_empty
DELETE FROM conversation
USING unnest(%(from)s::uuid[], %(to)s::uuid[]) AS place (gone, kept)
WHERE conversation.workspace_id = %(workspace)s AND conversation.id = place.gone AND place.kept IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM message
    WHERE message.workspace_id = %(workspace)s AND message.conversation_id = conversation.id
  );

-- name: move_group_messages
UPDATE group_message SET contact_id = %(kept)s, updated_at = now()
WHERE workspace_id = %(workspace)s AND contact_id = %(gone)s;

-- name: move_identities
UPDATE contact_identity SET contact_id = %(kept)s, updated_at = now()
WHERE workspace_id = %(workspace)s AND contact_id = %(gone)s;

-- name: update_kept
-- A name that people gave stays; one that the person uses themselves is taken where none was known.
UPDATE contact
SET profile_name = coalesce(nullif(contact.profile_name, ''), gone.profile_name),
    display_name = CASE WHEN concat(contact.first_name, contact.last_name, contact.profile_name) = ''
                         AND gone.profile_name <> ''
                        THEN gone.profile_name ELSE contact.display_name END,
    last_inbound_at = greatest(contact.last_inbound_at, gone.last_inbound_at),
    last_outbound_at = greatest(contact.last_outbound_at, gone.last_outbound_at),
    last_interaction_at = greatest(contact.last_interaction_at, gone.last_interaction_at),
    updated_at = now()
FROM contact AS gone
WHERE contact.workspace_id = %(workspace)s AND contact.id = %(kept)s
  AND gone.workspace_id = %(workspace)s AND gone.id = %(gone)s;

-- name: retire
UPDATE contact
SET deleted_at = now(), attributes = jsonb_build_object('joined_into', %(kept)s::text), updated_at = now()
WHERE workspace_id = %(workspace)s AND id = %(gone)s;

-- name: wake_applier
-- One that met our lock has left its events for later.
SELECT pg_notify('parley_inbound', '');
