-- One breach of each promise, made in a conversation in which all is well.

-- name: announced_twice
INSERT INTO event (workspace_id, id, type, object_type, object_id, data, topics)
SELECT %(workspace)s, id, 'message.received', 'message', %(received)s, '{}', '{}'
FROM unnest(%(ids)s::uuid[]) AS id;

-- name: reasonless_events
INSERT INTO inbound_event (workspace_id, id, channel_id, dedupe_key, payload, state)
VALUES (%(workspace)s, %(id)s, %(channel)s, 'k', '{}', 'parked');

-- name: unannounced_writes
INSERT INTO event (workspace_id, id, type, object_type, object_id, data, topics, at)
VALUES (%(workspace)s, %(id)s, 'channel.changed', 'channel', %(channel)s, '{}', '{}', '2020-01-01');
UPDATE message SET client_id = %(id)s
WHERE id = %(sent)s;

-- name: accepted_twice
INSERT INTO send_attempt (workspace_id, id, message_id, attempt, claimed_by, fence, outcome)
VALUES (%(workspace)s, %(id)s, %(sent)s, 2, %(id)s, 2, 'accepted');
UPDATE message SET attempts = 2
WHERE id = %(sent)s;

-- name: uncounted_attempts
UPDATE message SET attempts = 3
WHERE id = %(sent)s;

-- name: shared_references
UPDATE message SET client_ref = 'one'
WHERE id IN (%(sent)s, %(received)s);

-- name: unexplained_doubt
UPDATE message SET status = 'uncertain'
WHERE id = %(sent)s;

-- name: underived_states
UPDATE message SET read_at = now()
WHERE id = %(sent)s;

-- name: unapplied_statuses
INSERT INTO message_status_event (workspace_id, id, channel_id, message_id, provider_message_id, status, at)
VALUES (%(workspace)s, %(id)s, %(channel)s, %(sent)s, 'p', 'read', now());

-- name: strayed_messages
UPDATE message SET channel_id = %(other_channel)s
WHERE id = %(received)s;

-- name: waiting_events
INSERT INTO inbound_event (workspace_id, id, channel_id, dedupe_key, payload, received_at, updated_at)
VALUES (%(workspace)s, %(id)s, %(channel)s, 'k', '{}', now() - interval '1 hour', now() - interval '1 hour');

-- name: idle_queues
UPDATE message SET status = 'queued', next_attempt_at = now() - interval '1 hour'
WHERE id = %(sent)s;

-- name: forgotten_sends
UPDATE message SET status = 'sending', fence = 1
WHERE id = %(sent)s;

-- name: open_tries
UPDATE send_attempt SET outcome = '', started_at = now() - interval '1 hour'
WHERE message_id = %(sent)s;

-- name: lost_files
INSERT INTO media_file (workspace_id, id, state, created_at)
VALUES (%(workspace)s, %(id)s, 'pending', now() - interval '1 hour');

-- name: old_changes
INSERT INTO early_change (workspace_id, id, channel_id, target_id, payload, created_at)
VALUES (%(workspace)s, %(id)s, %(channel)s, 't', '{}', now() - interval '40 days');

-- name: unwitnessed_resends
UPDATE message SET metadata = '{"resend_of": "x"}'
WHERE id = %(sent)s;

-- name: unwitnessed_removals
UPDATE channel SET deleted_at = now()
WHERE id = %(channel)s;

-- name: spoken_events
INSERT INTO event (workspace_id, id, type, object_type, object_id, data, topics)
VALUES (%(workspace)s, %(id)s, 'x.y', 'message', %(id)s, '{"to": "+5519998761234"}', '{}');

-- name: untrue_lines
UPDATE message SET at = now() + interval '1 hour'
WHERE id = %(received)s;

-- name: impossible_counts
UPDATE conversation SET unread_count = 9
WHERE id = %(conversation)s;

-- name: ignored_refusals
INSERT INTO suppression (workspace_id, id, address_hash, purpose)
SELECT workspace_id, %(id)s, address_hash, 'marketing'
FROM contact_identity
WHERE address_hash IS NOT NULL AND contact_id = %(contact)s;
UPDATE contact SET opted_in = true
WHERE id = %(contact)s;

-- name: missing_of_applied
INSERT INTO inbound_event (workspace_id, id, channel_id, dedupe_key, payload, state)
VALUES (%(workspace)s, %(id)s, %(channel)s, 'k', %(webhook)s, 'applied');

-- name: secrets
UPDATE channel SET credentials = webhook_secret
WHERE id = %(channel)s;
