-- name: postpone
-- With the reason and the next time, for whoever looks.
UPDATE message
SET next_attempt_at = now() + make_interval(secs => later.seconds), error_code = later.code,
    error_message = later.message, updated_at = now()
FROM unnest(%(id)s::uuid[], %(seconds)s::float[], %(code)s::text[], %(message)s::text[])
     AS later (id, seconds, code, message)
WHERE message.workspace_id = %(workspace)s AND message.id = later.id AND message.status = 'queued';

-- name: recent_tries
-- To whom this number wrote of late, by whoever held it. Index message_thread, send_attempt_once.
SELECT message.contact_id, extract(epoch FROM now() - send_attempt.started_at)::float AS ago
FROM message
JOIN send_attempt
  ON send_attempt.workspace_id = %(workspace)s AND send_attempt.message_id = message.id
WHERE message.workspace_id = %(workspace)s AND message.channel_id = %(channel)s
  AND message.conversation_id = ANY(%(conversation_id)s) AND message.at > now() - interval '2 days'
  AND send_attempt.started_at > now() - make_interval(secs => %(memory)s)
  AND send_attempt.outcome NOT IN ('withheld', 'unreachable', 'throttled');

-- name: recipients
-- A person as the portfolio's ledger knows them: the hash of their number, else of any address.
SELECT wanted.contact_id, coalesce((
  SELECT address_hash FROM contact_identity AS identity
  WHERE identity.workspace_id = %(workspace)s AND identity.contact_id = wanted.contact_id
    AND identity.address_hash IS NOT NULL AND identity.valid_to IS NULL
  ORDER BY identity.kind = 'phone' DESC, identity.is_primary DESC, identity.created_at LIMIT 1
), uuid_send(wanted.contact_id)) AS recipient
FROM unnest(%(contact_id)s::uuid[]) AS wanted (contact_id);

-- name: lock_portfolio
SELECT pg_advisory_xact_lock(hashtextextended(%(workspace)s::text || ' ' || %(portfolio)s, 0));

-- name: known_recipients
-- A day and a minute: the provider counts from when it took a message, which is later than we wrote it down.
SELECT recipient FROM portfolio_ledger
WHERE workspace_id = %(workspace)s AND portfolio_id = %(portfolio)s AND recipient = ANY(%(recipient)s::bytea[])
  AND at > now() - interval '1 day 1 minute';

-- name: count_recipients
-- Index portfolio_ledger_at: 10 ms for the 100,000 of the highest limit.
SELECT count(*) AS used FROM portfolio_ledger
WHERE workspace_id = %(workspace)s AND portfolio_id = %(portfolio)s
  AND at > now() - interval '1 day 1 minute';

-- name: places_free_in
SELECT extract(epoch FROM at + interval '1 day 1 minute' - now())::float AS seconds
FROM portfolio_ledger
WHERE workspace_id = %(workspace)s AND portfolio_id = %(portfolio)s
  AND at > now() - interval '1 day 1 minute'
ORDER BY at OFFSET %(skip)s LIMIT %(most)s;

-- name: note_recipients
INSERT INTO portfolio_ledger (workspace_id, id, portfolio_id, recipient, at)
SELECT %(workspace)s, gen_random_uuid(), %(portfolio)s, recipient, now()
FROM unnest(%(recipient)s::bytea[]) AS new (recipient)
ON CONFLICT (workspace_id, portfolio_id, recipient) DO UPDATE SET at = now(), updated_at = now();
