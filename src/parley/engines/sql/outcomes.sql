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
  WHERE send_attempt.workspace_id = %(workspace)s AND send_attempt.message_id = ANY(%(id)s)
    AND send_attempt.message_id = outcome.id AND send_attempt.attempt = outcome.attempt
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
WHERE message.workspace_id = %(workspace)s AND message.id = ANY(%(id)s) AND message.id = outcome.id
  AND message.attempts = outcome.attempt
  AND (message.status IN ('sending', 'uncertain') OR outcome.status = 'accepted')
RETURNING message.id, message.conversation_id, message.status, message.type;

-- name: provider
SELECT provider FROM channel WHERE workspace_id = %(workspace)s AND id = %(channel)s;

-- name: slow_down
UPDATE channel_lease
SET slow_until = greatest(slow_until, now() + make_interval(secs => %(seconds)s)), updated_at = now()
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND purpose = 'send';

-- name: stop_channel
-- Nothing else could leave either. A person or the provider's next word about the number starts it again; after
-- a refusal not that it works, which it says all the while (`channels/services/refusals.py`).
WITH before AS (
  SELECT id, status FROM channel WHERE workspace_id = %(workspace)s AND id = %(channel)s FOR UPDATE
), changed AS (
  UPDATE channel
  SET status = %(status)s, status_at = now(), error_message = %(detail)s, updated_at = now(),
      metadata = CASE
        WHEN %(is_refusal)s THEN channel.metadata || jsonb_build_object('refused_at', now())
        ELSE channel.metadata - 'refused_at'
      END
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

-- name: revoke_marketing
-- The person told the provider that they want no marketing: the same two records as a word of theirs to us.
WITH refusing AS (
  SELECT DISTINCT identity.contact_id, identity.address_hash, said.evidence
  FROM unnest(%(contact_id)s::uuid[], %(evidence)s::text[]) AS said (contact_id, evidence)
  JOIN contact_identity AS identity
    ON identity.workspace_id = %(workspace)s AND identity.contact_id = said.contact_id
   AND identity.address_hash IS NOT NULL
), noted AS (
  INSERT INTO consent_event (workspace_id, id, contact_id, address_hash, purpose, channel_id, state, source,
                             evidence)
  SELECT %(workspace)s, gen_random_uuid(), contact_id, address_hash, 'marketing', %(channel)s, 'revoked',
         'error', evidence::jsonb
  FROM refusing
), suppressed AS (
  INSERT INTO suppression (workspace_id, id, address_hash, purpose)
  SELECT DISTINCT %(workspace)s, gen_random_uuid(), address_hash, 'marketing'
  FROM (SELECT DISTINCT address_hash FROM refusing) AS hashes
  ON CONFLICT (workspace_id, address_hash, purpose) DO NOTHING
)
UPDATE contact SET opted_in = false, updated_at = now()
WHERE workspace_id = %(workspace)s AND id = ANY(%(contact_id)s)
RETURNING id;
