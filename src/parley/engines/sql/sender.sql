-- name: channels_with_work
-- Partial indexes message_queued and message_in_flight: as long as what is on its way out.
SELECT message.workspace_id, message.channel_id
FROM message
WHERE message.status = 'queued' AND coalesce(message.next_attempt_at, '-infinity') <= now()
GROUP BY 1, 2
UNION
SELECT message.workspace_id, message.channel_id
FROM message
JOIN channel_lease AS lease
  ON lease.workspace_id = message.workspace_id AND lease.channel_id = message.channel_id
 AND lease.purpose = 'send'
WHERE message.status = 'sending' AND coalesce(lease.until, '-infinity') < now()
GROUP BY 1, 2;

-- name: take_lease
-- By the database's clock. The fence grows with every taking, this process's own next one included.
UPDATE channel_lease
SET fence = fence + 1,
    holder = %(holder)s, until = now() + make_interval(secs => %(seconds)s), updated_at = now()
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND purpose = 'send'
  AND (holder IS NULL OR holder = %(holder)s OR until < now())
RETURNING fence;

-- name: renew_lease
UPDATE channel_lease
SET until = now() + make_interval(secs => %(seconds)s), updated_at = now()
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND purpose = 'send'
  AND holder = %(holder)s AND fence = %(fence)s AND until >= now()
RETURNING fence;

-- name: release_lease
UPDATE channel_lease SET until = now() - interval '1 second', holder = NULL, updated_at = now()
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND purpose = 'send'
  AND holder = %(holder)s AND fence = %(fence)s;

-- name: doubt_orphans
-- What an earlier holder had claimed and never finished: nobody can know whether it left. Never sent again by
-- itself. Partial index message_in_flight.
WITH orphan AS (
  UPDATE message SET status = 'uncertain', updated_at = now(),
         error_message = 'The sender stopped before the answer came.'
  WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND status = 'sending'
    AND fence < %(fence)s
  RETURNING id, conversation_id, attempts
), finished AS (
  UPDATE send_attempt SET outcome = 'uncertain', finished_at = now(), detail = 'the sender stopped'
  FROM orphan
  WHERE send_attempt.workspace_id = %(workspace)s AND send_attempt.message_id = orphan.id
    AND send_attempt.attempt = orphan.attempts AND send_attempt.outcome = ''
)
SELECT id, conversation_id FROM orphan;

-- name: channel
SELECT channel.id, channel.workspace_id, channel.provider, channel.base_url, channel.external_id,
       channel.credentials, channel.config, channel.status, channel.throughput_mps,
       lease.slow_until > now() AS is_slow
FROM channel
JOIN channel_lease AS lease
  ON lease.workspace_id = channel.workspace_id AND lease.channel_id = channel.id AND lease.purpose = 'send'
WHERE channel.workspace_id = %(workspace)s AND channel.id = %(channel)s
  AND lease.holder = %(holder)s AND lease.fence = %(fence)s AND lease.until >= now()
FOR SHARE OF lease;

-- name: candidates
-- The oldest queued message of each conversation that has nothing on its way: order within a conversation
-- holds. The gate is asked here again, for what changed since the message was queued, and only of those picked.
WITH picked AS MATERIALIZED (
  SELECT message.id, message.workspace_id, message.conversation_id, message.contact_id, message.purpose,
         message.type
  FROM message
  WHERE message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
    AND message.status = 'queued' AND coalesce(message.next_attempt_at, '-infinity') <= now()
    AND NOT EXISTS (
      SELECT FROM message AS earlier
      WHERE earlier.workspace_id = message.workspace_id AND earlier.channel_id = message.channel_id
        AND earlier.conversation_id = message.conversation_id
        AND (earlier.status = 'sending' OR (earlier.status = 'queued' AND earlier.id < message.id))
    )
  ORDER BY message.next_attempt_at NULLS FIRST, message.id
  LIMIT %(most)s
  FOR UPDATE OF message SKIP LOCKED
)
SELECT id, conversation_id, contact_id, send_refusal(workspace_id, conversation_id, purpose, type) AS refusal
FROM picked;

-- name: claim
-- The attempt stands in the ledger before the first byte leaves.
WITH claimed AS (
  UPDATE message
  SET status = 'sending', fence = %(fence)s, attempts = message.attempts + 1, updated_at = now()
  WHERE message.workspace_id = %(workspace)s AND message.id = ANY(%(id)s) AND message.status = 'queued'
  RETURNING *
), attempt AS (
  INSERT INTO send_attempt (workspace_id, id, message_id, attempt, claimed_by, fence)
  SELECT claimed.workspace_id, gen_random_uuid(), claimed.id, claimed.attempts, %(holder)s, %(fence)s
  FROM claimed
)
SELECT claimed.id, claimed.conversation_id, claimed.contact_id, claimed.type, claimed.body, claimed.content,
       claimed.client_ref, claimed.attempts, claimed.created_at, claimed.reply_to_provider_id,
       quoted.provider_message_id AS quoted_id, quoted.direction = 'outbound' AS quoted_from_us,
       target.provider_message_id AS target_id, target.direction = 'outbound' AS target_from_us,
       media.storage_url, media.mime_type, media.filename,
       (SELECT jsonb_object_agg(kind, value) FROM (
          SELECT DISTINCT ON (kind) kind, value
          FROM contact_identity
          WHERE workspace_id = claimed.workspace_id AND contact_id = claimed.contact_id AND valid_to IS NULL
          ORDER BY kind, is_primary DESC, created_at DESC
        ) AS latest) AS addresses
FROM claimed
LEFT JOIN message AS quoted ON quoted.workspace_id = claimed.workspace_id AND quoted.id = claimed.reply_to
LEFT JOIN message AS target
  ON target.workspace_id = claimed.workspace_id AND target.id = (claimed.content ->> 'target')::uuid
LEFT JOIN media_file AS media ON media.workspace_id = claimed.workspace_id AND media.id = claimed.media_id
ORDER BY claimed.id;

-- name: withhold
-- The gate said no after the message was queued: it fails with the reason and nothing left.
UPDATE message
SET status = 'failed', failed_at = now(), error_code = refused.code, error_message = refused.message,
    updated_at = now()
FROM unnest(%(id)s::uuid[], %(code)s::text[], %(message)s::text[]) AS refused (id, code, message)
WHERE message.workspace_id = %(workspace)s AND message.id = refused.id AND message.status = 'queued'
RETURNING message.id, message.conversation_id;

-- name: postpone
UPDATE message SET next_attempt_at = now() + make_interval(secs => %(seconds)s), updated_at = now()
WHERE workspace_id = %(workspace)s AND id = ANY(%(id)s) AND status = 'queued';

-- name: drop_echo_doubles
-- The echo of a message came back under its id before the answer to the send was stored: one of the two goes,
-- and its statuses move over.
WITH doubled AS (
  SELECT echo.id AS echo_id, answered.id AS message_id
  FROM unnest(%(id)s::uuid[], %(provider_message_id)s::text[]) AS answered (id, provider_message_id)
  JOIN message AS echo
    ON echo.workspace_id = %(workspace)s AND echo.channel_id = %(channel)s
   AND echo.provider_message_id = answered.provider_message_id AND echo.id <> answered.id
   AND echo.metadata ? 'echo'
), moved AS (
  UPDATE message_status_event SET message_id = doubled.message_id
  FROM doubled
  WHERE message_status_event.workspace_id = %(workspace)s
    AND message_status_event.message_id = doubled.echo_id
  RETURNING message_status_event.id
)
SELECT echo_id, (SELECT count(*) FROM moved) AS moved FROM doubled;

-- name: delete_messages
DELETE FROM message WHERE workspace_id = %(workspace)s AND id = ANY(%(id)s);

-- name: record
-- Guarded by the attempt's number: only the try that this outcome belongs to may be finished by it, and a
-- message that has an answer already keeps it.
WITH outcome AS (
  SELECT *
  FROM unnest(
    %(id)s::uuid[], %(attempt)s::int[], %(status)s::text[], %(outcome)s::text[],
    %(provider_message_id)s::text[], %(http_status)s::int[], %(code)s::text[], %(detail)s::text[],
    %(delay)s::float[]
  ) AS o (id, attempt, status, outcome, provider_message_id, http_status, code, detail, delay)
), ledger AS (
  UPDATE send_attempt
  SET outcome = outcome.outcome, finished_at = now(), http_status = outcome.http_status,
      detail = outcome.detail, updated_at = now()
  FROM outcome
  WHERE send_attempt.workspace_id = %(workspace)s AND send_attempt.message_id = outcome.id
    AND send_attempt.attempt = outcome.attempt
)
UPDATE message
SET status = CASE WHEN outcome.status = 'accepted'
                  THEN message_status('accepted', now(), message.sent_at, message.delivered_at,
                                      message.read_at, message.failed_at)
                  ELSE outcome.status END,
    provider_message_id = coalesce(outcome.provider_message_id, message.provider_message_id),
    accepted_at = CASE WHEN outcome.status = 'accepted' THEN least(message.accepted_at, now())
                       ELSE message.accepted_at END,
    failed_at = CASE WHEN outcome.status = 'failed' THEN now() ELSE message.failed_at END,
    next_attempt_at = CASE WHEN outcome.status = 'queued'
                           THEN now() + make_interval(secs => outcome.delay) END,
    error_code = CASE WHEN outcome.status = 'accepted' THEN '' ELSE outcome.code END,
    error_message = CASE WHEN outcome.status = 'accepted' THEN '' ELSE outcome.detail END,
    updated_at = now()
FROM outcome
WHERE message.workspace_id = %(workspace)s AND message.id = outcome.id
  AND message.attempts = outcome.attempt
  AND (message.status IN ('sending', 'uncertain') OR outcome.status = 'accepted')
RETURNING message.id, message.conversation_id, message.status, message.type;

-- name: slow_down
UPDATE channel_lease
SET slow_until = greatest(slow_until, now() + make_interval(secs => %(seconds)s)), updated_at = now()
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND purpose = 'send';

-- name: stop_channel
-- Nothing else could leave either. A person or the provider's next word about the number starts it again.
WITH before AS (
  SELECT id, status FROM channel WHERE workspace_id = %(workspace)s AND id = %(channel)s FOR UPDATE
), changed AS (
  UPDATE channel
  SET status = %(status)s, status_at = now(), error_message = %(detail)s, updated_at = now()
  FROM before
  WHERE channel.workspace_id = %(workspace)s AND channel.id = before.id AND before.status <> %(status)s
  RETURNING channel.id, before.status AS was
)
INSERT INTO channel_event (workspace_id, id, channel_id, kind, "from", "to", detail)
SELECT %(workspace)s, gen_random_uuid(), id, 'state', was, %(status)s, %(detail)s FROM changed
RETURNING channel_id;

-- name: remember_wa_id
-- The id that the provider uses for this person may differ from what we sent to (Brazil, Mexico, Argentina).
INSERT INTO contact_identity (workspace_id, id, contact_id, kind, scope, value, source)
SELECT %(workspace)s, gen_random_uuid(), contact_id, 'wa_id', '', wa_id, 'whatsapp'
FROM unnest(%(contact_id)s::uuid[], %(wa_id)s::text[]) AS answered (contact_id, wa_id)
ON CONFLICT (workspace_id, kind, scope, value) DO NOTHING;
