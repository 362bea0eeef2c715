-- What must always hold, asked of one workspace. Each statement returns one line of text for each breach, twenty
-- at most. `since` is the smallest id of the time looked at, `grace` in seconds what counts as stuck. Run as
-- parley_app, read only; nothing here is hot.

-- name: announced_twice
-- Range of the primary key of event.
SELECT format('message %%s was announced %%s times', object_id, count(*))
FROM event
WHERE workspace_id = %(workspace)s AND id >= %(since)s
  AND type IN ('message.received', 'message.recovered', 'message.echoed')
GROUP BY object_id
HAVING count(*) > 1
LIMIT 20;

-- name: reasonless_events
SELECT format('webhook event %%s is %%s without a reason', id, state)
FROM inbound_event
WHERE workspace_id = %(workspace)s AND id >= %(since)s AND state IN ('parked', 'ignored') AND error = ''
LIMIT 20;

-- name: unannounced_writes
-- A person's message and the word of it are one transaction.
SELECT format('message %%s was queued and not announced', message.id)
FROM message
WHERE message.workspace_id = %(workspace)s AND message.id >= %(since)s AND message.client_id IS NOT NULL
  AND message.kind = 'message' AND message.type <> 'reaction'
  AND message.created_at > (SELECT min(at) FROM event WHERE workspace_id = %(workspace)s)
  AND NOT EXISTS (
    SELECT FROM event
    WHERE event.workspace_id = %(workspace)s AND event.id >= %(since)s AND event.object_id = message.id
      AND event.type IN ('message.queued', 'message.resent'))
LIMIT 20;

-- name: accepted_twice
SELECT format('message %%s was accepted %%s times', message_id, count(*))
FROM send_attempt
WHERE workspace_id = %(workspace)s AND id >= %(since)s AND outcome = 'accepted'
GROUP BY message_id
HAVING count(*) > 1
LIMIT 20;

-- name: uncounted_attempts
SELECT format('message %%s counts %%s tries and the ledger has %%s', message.id, message.attempts, tries.count)
FROM message
CROSS JOIN LATERAL (
  SELECT count(*) FROM send_attempt
  WHERE send_attempt.workspace_id = message.workspace_id AND send_attempt.message_id = message.id
) AS tries
WHERE message.workspace_id = %(workspace)s AND message.id >= %(since)s AND message.direction = 'outbound'
  AND (message.attempts > 0 OR message.status IN ('sending', 'uncertain')) AND message.attempts <> tries.count
LIMIT 20;

-- name: shared_references
SELECT format('%%s messages were sent under the reference %%s', count(*), client_ref)
FROM message
WHERE workspace_id = %(workspace)s AND id >= %(since)s AND client_ref <> ''
GROUP BY channel_id, client_ref
HAVING count(*) > 1
LIMIT 20;

-- name: unexplained_doubt
SELECT format('message %%s is uncertain and no try of it is', message.id)
FROM message
WHERE message.workspace_id = %(workspace)s AND message.status = 'uncertain'
  AND NOT EXISTS (
    SELECT FROM send_attempt
    WHERE send_attempt.workspace_id = message.workspace_id AND send_attempt.message_id = message.id
      AND send_attempt.attempt = message.attempts AND send_attempt.outcome = 'uncertain')
LIMIT 20;

-- name: underived_states
SELECT format('message %%s shows %%s and its times say %%s', id, status, derived)
FROM message
CROSS JOIN LATERAL message_status(status, accepted_at, sent_at, delivered_at, read_at, failed_at) AS derived
WHERE workspace_id = %(workspace)s AND id >= %(since)s AND direction = 'outbound' AND kind = 'message'
  AND status NOT IN ('queued', 'sending', 'uncertain') AND status <> derived
LIMIT 20;

-- name: unapplied_statuses
-- A status that is there and has not moved the message it is about.
SELECT format('message %%s does not know that it was %%s', event.message_id, event.status)
FROM message_status_event AS event
JOIN message ON message.workspace_id = event.workspace_id AND message.id = event.message_id
WHERE event.workspace_id = %(workspace)s AND event.id >= %(since)s
  AND CASE event.status
        WHEN 'accepted' THEN message.accepted_at WHEN 'sent' THEN message.sent_at
        WHEN 'delivered' THEN message.delivered_at WHEN 'read' THEN message.read_at
        ELSE message.failed_at
      END IS NULL
LIMIT 20;

-- name: strayed_messages
SELECT format('message %%s is not of the channel and contact of its conversation', message.id)
FROM message
JOIN conversation
  ON conversation.workspace_id = message.workspace_id AND conversation.id = message.conversation_id
WHERE message.workspace_id = %(workspace)s AND message.id >= %(since)s
  AND (message.channel_id, message.contact_id) <> (conversation.channel_id, conversation.contact_id)
LIMIT 20;

-- name: waiting_events
-- Partial index inbound_event_new.
SELECT format('webhook event %%s waits since %%s', id, to_char(received_at, 'YYYY-MM-DD HH24:MI:SS'))
FROM inbound_event
WHERE workspace_id = %(workspace)s AND state = 'new'
  AND greatest(received_at, updated_at) < now() - make_interval(secs => %(grace)s)
ORDER BY id
LIMIT 20;

-- name: idle_queues
-- Due, the number works, and no sender has it: a backlog that is being sent is no breach. Index message_queued.
SELECT format('message %%s is due since %%s and nobody sends for its channel', message.id,
              to_char(coalesce(message.next_attempt_at, message.created_at), 'YYYY-MM-DD HH24:MI:SS'))
FROM message
JOIN channel ON channel.workspace_id = message.workspace_id AND channel.id = message.channel_id
JOIN channel_lease AS lease
  ON lease.workspace_id = message.workspace_id AND lease.channel_id = message.channel_id
 AND lease.purpose = 'send'
WHERE message.workspace_id = %(workspace)s AND message.status = 'queued' AND channel.status = 'working'
  AND coalesce(message.next_attempt_at, message.created_at) < now() - make_interval(secs => %(grace)s)
  AND coalesce(lease.until, '-infinity') < now() - make_interval(secs => %(grace)s)
  AND coalesce(lease.slow_until, '-infinity') < now() - make_interval(secs => %(grace)s)
LIMIT 20;

-- name: forgotten_sends
-- Partial index message_in_flight.
SELECT format('message %%s is being sent by nobody', message.id)
FROM message
JOIN channel_lease AS lease
  ON lease.workspace_id = message.workspace_id AND lease.channel_id = message.channel_id
 AND lease.purpose = 'send'
WHERE message.workspace_id = %(workspace)s AND message.status = 'sending'
  AND coalesce(lease.until, '-infinity') < now() - make_interval(secs => %(grace)s)
LIMIT 20;

-- name: open_tries
SELECT format('a try of message %%s never ended', attempt.message_id)
FROM send_attempt AS attempt
JOIN message ON message.workspace_id = attempt.workspace_id AND message.id = attempt.message_id
WHERE attempt.workspace_id = %(workspace)s AND attempt.id >= %(since)s AND attempt.outcome = ''
  AND message.status <> 'sending' AND attempt.started_at < now() - make_interval(secs => %(grace)s)
LIMIT 20;

-- name: lost_files
SELECT format('file %%s is to be fetched and no job does it', media.id)
FROM media_file AS media
WHERE media.workspace_id = %(workspace)s AND media.id >= %(since)s AND media.state = 'pending'
  AND media.created_at < now() - make_interval(secs => %(grace)s)
  AND NOT EXISTS (
    SELECT FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing') AND args ->> 'media_id' = media.id::text)
LIMIT 20;

-- name: old_changes
SELECT format('a change to a message that never came waits since %%s', created_at::date)
FROM early_change
WHERE workspace_id = %(workspace)s AND created_at < now() - interval '32 days'
LIMIT 20;

-- name: unwitnessed_resends
SELECT format('message %%s was sent again and nobody is named for it', message.id)
FROM message
WHERE message.workspace_id = %(workspace)s AND message.id >= %(since)s AND message.metadata ? 'resend_of'
  AND NOT EXISTS (
    SELECT FROM event
    WHERE event.workspace_id = %(workspace)s AND event.id >= %(since)s AND event.object_id = message.id
      AND event.type = 'message.resent' AND event.data ? 'author_id')
LIMIT 20;

-- name: unwitnessed_removals
SELECT format('channel %%s was removed and its history does not say so', channel.id)
FROM channel
WHERE channel.workspace_id = %(workspace)s AND channel.deleted_at >= %(since_at)s
  AND NOT EXISTS (
    SELECT FROM channel_event
    WHERE channel_event.workspace_id = channel.workspace_id AND channel_event.channel_id = channel.id
      AND channel_event.kind = 'removed')
LIMIT 20;

-- name: channels_with_secrets
SELECT id, name, credentials, webhook_secret, verify_token
FROM channel
WHERE workspace_id = %(workspace)s AND deleted_at IS NULL;

-- name: applied_events
-- Keyset pages over the primary key.
SELECT event.id, event.channel_id, channel.provider, event.payload
FROM inbound_event AS event
JOIN channel ON channel.workspace_id = event.workspace_id AND channel.id = event.channel_id
WHERE event.workspace_id = %(workspace)s AND event.id > %(after)s AND event.state = 'applied'
ORDER BY event.id
LIMIT 1000;

-- name: missing_of_applied
-- `what` is message, group or status. Index scans on the three unique keys.
SELECT said.event_id, said.what
FROM unnest(%(event_id)s::uuid[], %(what)s::text[], %(channel)s::uuid[], %(provider_id)s::text[])
  AS said (event_id, what, channel_id, provider_id)
WHERE NOT EXISTS (
  SELECT FROM message
  WHERE message.workspace_id = %(workspace)s AND message.channel_id = said.channel_id
    AND message.provider_message_id = said.provider_id AND said.what <> 'group'
) AND NOT EXISTS (
  SELECT FROM message_status_event AS status
  WHERE status.workspace_id = %(workspace)s AND status.channel_id = said.channel_id
    AND status.provider_message_id = said.provider_id AND said.what = 'status'
) AND NOT EXISTS (
  SELECT FROM group_message
  JOIN chat_group ON chat_group.workspace_id = group_message.workspace_id AND chat_group.id = group_message.group_id
  WHERE group_message.workspace_id = %(workspace)s AND chat_group.channel_id = said.channel_id
    AND group_message.provider_message_id = said.provider_id AND said.what = 'group'
)
LIMIT 20;

-- name: spoken_events
-- Facts hold ids, states and times; never an address.
SELECT format('event %%s (%%s) holds what looks like an address', id, type)
FROM event
WHERE workspace_id = %(workspace)s AND id >= %(since)s
  AND (data::text ~ '"\+[0-9]{8,15}"' OR data::text LIKE '%%@%%')
LIMIT 20;

-- name: untrue_lines
-- What the inbox shows of a conversation, against its thread. Index message_thread.
SELECT format('conversation %%s shows %%s as its last word, and was written in at %%s', conversation.id,
              conversation.last_message_at, newest.at)
FROM conversation
CROSS JOIN LATERAL (
  SELECT max(message.at) AS at FROM message
  WHERE message.workspace_id = conversation.workspace_id AND message.conversation_id = conversation.id
    AND message.kind = 'message' AND message.type <> 'reaction'
) AS newest
WHERE conversation.workspace_id = %(workspace)s AND conversation.updated_at >= %(since_at)s
  AND newest.at > coalesce(conversation.last_message_at, '-infinity')
LIMIT 20;

-- name: impossible_counts
SELECT format('conversation %%s counts %%s unread of %%s received', conversation.id, conversation.unread_count,
              received.count)
FROM conversation
CROSS JOIN LATERAL (
  SELECT count(*) FROM message
  WHERE message.workspace_id = conversation.workspace_id AND message.conversation_id = conversation.id
    AND message.direction = 'inbound'
) AS received
WHERE conversation.workspace_id = %(workspace)s AND conversation.updated_at >= %(since_at)s
  AND (conversation.unread_count < 0 OR conversation.unread_count > received.count)
LIMIT 20;

-- name: ignored_refusals
-- Who asked not to be written to is not shown as agreeing.
SELECT format('contact %%s is suppressed for marketing and counts as opted in', contact.id)
FROM suppression
JOIN contact_identity AS identity
  ON identity.workspace_id = suppression.workspace_id AND identity.address_hash = suppression.address_hash
JOIN contact ON contact.workspace_id = identity.workspace_id AND contact.id = identity.contact_id
WHERE suppression.workspace_id = %(workspace)s AND suppression.purpose = 'marketing' AND contact.opted_in
LIMIT 20;
