-- name: channels_with_work
-- A look into the index for each channel, however long its queue is. Index message_queued, message_in_flight.
SELECT lease.workspace_id, lease.channel_id
FROM channel_lease AS lease
JOIN channel ON channel.workspace_id = lease.workspace_id AND channel.id = lease.channel_id
WHERE lease.purpose = 'send'
  AND (
    (
      (channel.status IN ('working', 'starting') OR channel.deleted_at IS NOT NULL)
      AND coalesce(lease.slow_until, '-infinity') <= now()
      AND (
        EXISTS (
          SELECT FROM message
          WHERE message.workspace_id = lease.workspace_id AND message.channel_id = lease.channel_id
            AND message.status = 'queued' AND message.next_attempt_at IS NULL
        ) OR EXISTS (
          SELECT FROM message
          WHERE message.workspace_id = lease.workspace_id AND message.channel_id = lease.channel_id
            AND message.status = 'queued' AND message.next_attempt_at <= now()
        )
      )
    ) OR (
      coalesce(lease.until, '-infinity') < now()
      AND EXISTS (
        SELECT FROM message
        WHERE message.workspace_id = lease.workspace_id AND message.channel_id = lease.channel_id
          AND message.status = 'sending'
      )
    )
  );

-- name: take_lease
-- By the database's clock. The fence grows with every taking, this process's own next one included. `until` is
-- when the last holder spoke at the latest: it let go then, or its time was up.
WITH before AS (
  SELECT id, until FROM channel_lease
  WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND purpose = 'send'
    AND (holder IS NULL OR holder = %(holder)s OR until < now())
  FOR UPDATE
)
UPDATE channel_lease
SET fence = fence + 1,
    holder = %(holder)s, until = now() + make_interval(secs => %(seconds)s), updated_at = now()
FROM before
WHERE channel_lease.workspace_id = %(workspace)s AND channel_lease.id = before.id
RETURNING fence, extract(epoch FROM now() - before.until)::float AS spoke_ago;

-- name: renew_lease
UPDATE channel_lease
SET until = now() + make_interval(secs => %(seconds)s), updated_at = now()
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND purpose = 'send'
  AND holder = %(holder)s AND fence = %(fence)s AND until >= now()
RETURNING fence;

-- name: release_lease
UPDATE channel_lease SET until = now(), holder = NULL, updated_at = now()
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
       channel.credentials, channel.config, channel.throughput_mps, channel.has_window,
       channel.portfolio_id, channel.waba_id, channel.messaging_limit,
       channel.status IN ('working', 'starting') OR channel.deleted_at IS NOT NULL AS works,
       channel.status IN ('working', 'starting') AND channel.deleted_at IS NULL AS is_clear,
       extract(epoch FROM greatest(lease.slow_until - now(), interval '0'))::float AS slow_seconds
FROM channel
JOIN channel_lease AS lease
  ON lease.workspace_id = channel.workspace_id AND lease.channel_id = channel.id AND lease.purpose = 'send'
WHERE channel.workspace_id = %(workspace)s AND channel.id = %(channel)s
  AND lease.holder = %(holder)s AND lease.fence = %(fence)s AND lease.until >= now()
FOR SHARE OF lease;

-- name: candidates
-- The oldest queued message of each conversation that has nothing on its way: order within a conversation
-- holds. Three lanes of index message_queued, read as far as needed: tried before, new, and bulk, which is
-- queued for the epoch and comes last. Only this sender claims here, so that nothing is locked.
-- The gate is asked again, for what changed since the message was queued. send_refusal costs 40 us a row;
-- what is plainly clear, by the very same rules, is not asked about (test_gate holds the two together).
WITH picked AS MATERIALIZED (
  (
    SELECT message.* FROM message
    WHERE message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
      AND message.status = 'queued' AND message.next_attempt_at > 'epoch' AND message.next_attempt_at <= now()
      AND NOT EXISTS (
        SELECT FROM message AS going
        WHERE going.workspace_id = %(workspace)s AND going.channel_id = %(channel)s
          AND going.conversation_id = message.conversation_id AND going.status = 'sending'
      ) AND NOT EXISTS (
        SELECT FROM message AS earlier
        WHERE earlier.workspace_id = %(workspace)s AND earlier.conversation_id = message.conversation_id
          AND earlier.channel_id = %(channel)s AND earlier.status = 'queued' AND earlier.id < message.id
      )
    ORDER BY message.next_attempt_at, message.id LIMIT %(most)s
  )
  UNION ALL
  (
    SELECT message.* FROM message
    WHERE message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
      AND message.status = 'queued' AND message.next_attempt_at IS NULL
      AND NOT EXISTS (
        SELECT FROM message AS going
        WHERE going.workspace_id = %(workspace)s AND going.channel_id = %(channel)s
          AND going.conversation_id = message.conversation_id AND going.status = 'sending'
      ) AND NOT EXISTS (
        SELECT FROM message AS earlier
        WHERE earlier.workspace_id = %(workspace)s AND earlier.conversation_id = message.conversation_id
          AND earlier.channel_id = %(channel)s AND earlier.status = 'queued' AND earlier.id < message.id
      )
    ORDER BY message.next_attempt_at, message.id LIMIT %(most)s
  )
  UNION ALL
  (
    SELECT message.* FROM message
    WHERE message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
      AND message.status = 'queued' AND message.next_attempt_at >= 'epoch' AND message.next_attempt_at <= 'epoch'
      AND NOT EXISTS (
        SELECT FROM message AS going
        WHERE going.workspace_id = %(workspace)s AND going.channel_id = %(channel)s
          AND going.conversation_id = message.conversation_id AND going.status = 'sending'
      ) AND NOT EXISTS (
        SELECT FROM message AS earlier
        WHERE earlier.workspace_id = %(workspace)s AND earlier.conversation_id = message.conversation_id
          AND earlier.channel_id = %(channel)s AND earlier.status = 'queued' AND earlier.id < message.id
      )
    ORDER BY message.next_attempt_at, message.id LIMIT %(most_bulk)s
  )
  LIMIT %(most)s
)
SELECT picked.id, picked.conversation_id, picked.contact_id, picked.type,
       picked.content #>> '{interactive,kind}' AS interactive_kind,
       picked.type = 'template' AND NOT talk.has_window_open AS opens,
       CASE WHEN %(is_clear)s AND talk.is_clear
             AND (picked.type = 'template' OR NOT %(has_window)s OR talk.has_window_open)
             AND NOT EXISTS (
               SELECT FROM contact_identity AS identity
               JOIN suppression ON suppression.workspace_id = identity.workspace_id
                               AND suppression.address_hash = identity.address_hash
                               AND suppression.purpose = picked.purpose
               WHERE identity.workspace_id = %(workspace)s AND identity.contact_id = picked.contact_id
             )
            THEN NULL
            ELSE send_refusal(picked.workspace_id, picked.conversation_id, picked.purpose, picked.type)
       END AS refusal
FROM picked
CROSS JOIN LATERAL (
  SELECT coalesce(conversation.window_expires_at, '-infinity') > now() AS has_window_open,
         contact.deleted_at IS NULL AND contact.blocked_at IS NULL
         AND conversation.status NOT IN ('closed', 'expired') AS is_clear
  FROM conversation
  JOIN contact ON contact.workspace_id = %(workspace)s AND contact.id = conversation.contact_id
  WHERE conversation.workspace_id = %(workspace)s AND conversation.id = picked.conversation_id
  LIMIT 1
) AS talk;

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
       claimed.media_id, claimed.client_ref, claimed.attempts, claimed.created_at, claimed.reply_to_provider_id,
       quoted.provider_message_id AS quoted_id, quoted.direction = 'outbound' AS quoted_from_us,
       target.provider_message_id AS target_id, target.direction = 'outbound' AS target_from_us,
       media.storage_url, media.mime_type, media.filename, claimed.next_attempt_at = 'epoch' AS is_bulk,
       (SELECT jsonb_object_agg(kind, value) FROM (
          SELECT DISTINCT ON (kind) kind, value
          FROM contact_identity
          WHERE workspace_id = claimed.workspace_id AND contact_id = claimed.contact_id AND valid_to IS NULL
          ORDER BY kind, is_primary DESC, created_at DESC
        ) AS latest) AS addresses
FROM claimed
LEFT JOIN LATERAL (
  SELECT provider_message_id, direction FROM message
  WHERE workspace_id = %(workspace)s AND id = claimed.reply_to LIMIT 1
) AS quoted ON claimed.reply_to IS NOT NULL
LEFT JOIN LATERAL (
  SELECT provider_message_id, direction FROM message
  WHERE workspace_id = %(workspace)s AND id = (claimed.content ->> 'target')::uuid LIMIT 1
) AS target ON claimed.content ? 'target'
LEFT JOIN LATERAL (
  SELECT storage_url, mime_type, filename FROM media_file
  WHERE workspace_id = %(workspace)s AND id = claimed.media_id LIMIT 1
) AS media ON claimed.media_id IS NOT NULL
ORDER BY claimed.next_attempt_at NULLS FIRST, claimed.id;

-- name: withhold
-- The gate said no after the message was queued: it fails with the reason and nothing left.
UPDATE message
SET status = 'failed', failed_at = now(), error_code = refused.code, error_message = refused.message,
    updated_at = now()
FROM unnest(%(id)s::uuid[], %(code)s::text[], %(message)s::text[]) AS refused (id, code, message)
WHERE message.workspace_id = %(workspace)s AND message.id = refused.id AND message.status = 'queued'
RETURNING message.id, message.conversation_id;
