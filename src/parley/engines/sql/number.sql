-- name: change_channel
-- Only the newest word about the number counts. A provider whose clock is ahead speaks now: or nothing that we
-- find ourselves would count until its time has come.
UPDATE channel
SET status = %(status)s, status_at = least(%(at)s, now()),
    phone_number = coalesce(%(phone_number)s, channel.phone_number),
    display_name = coalesce(%(display_name)s, channel.display_name),
    error_message = CASE WHEN %(status)s = 'failed' THEN coalesce(%(detail)s, '') ELSE '' END,
    metadata = (channel.metadata - ARRAY['unreachable_since', 'pairing_code', 'pairing_code_at', 'refused_at'])
      || CASE WHEN %(is_refusal)s THEN jsonb_build_object('refused_at', now()) ELSE '{}' END,
    updated_at = now()
WHERE workspace_id = %(workspace)s AND id = %(channel)s AND coalesce(status_at, '-infinity') <= %(at)s;

-- name: resume_queue
-- The number works again: what waited for it need not wait for its next try.
UPDATE message SET next_attempt_at = NULL
WHERE workspace_id = %(workspace)s AND channel_id = %(channel)s AND status = 'queued'
  AND next_attempt_at > now();

-- name: wake_sender
SELECT pg_notify('parley_outbound', %(workspace)s::text || ':' || %(channel)s::text);

-- name: note_channel_state
INSERT INTO channel_event (workspace_id, id, channel_id, kind, "from", "to", detail, at)
VALUES (%(workspace)s, %(id)s, %(channel)s, 'state', %(before)s, %(status)s, coalesce(%(detail)s, ''),
        least(%(at)s, now()));

-- name: lock_facts
SELECT quality_rating, messaging_limit, throughput_mps, phone_number, display_name,
       metadata ->> 'name_status' AS name_status, metadata -> 'profile' AS profile,
       metadata -> 'facts_told_at' AS facts_told_at
FROM channel
WHERE workspace_id = %(workspace)s AND id = %(channel)s
FOR NO KEY UPDATE;

-- name: keep_facts
-- `facts_told_at` says of each fact when it was true, so that a late older one does not come back.
UPDATE channel
SET quality_rating = %(quality_rating)s, messaging_limit = %(messaging_limit)s,
    throughput_mps = %(throughput_mps)s, phone_number = %(phone_number)s, display_name = %(display_name)s,
    metadata = channel.metadata || jsonb_strip_nulls(jsonb_build_object(
      'name_status', %(name_status)s::text, 'profile', %(profile)s::jsonb,
      'facts_told_at', %(told_at)s::jsonb)),
    updated_at = now()
WHERE workspace_id = %(workspace)s AND id = %(channel)s;

-- name: channels_of_account
SELECT id
FROM channel
WHERE workspace_id = %(workspace)s AND deleted_at IS NULL
  AND (waba_id = nullif(%(waba)s::text, '') OR portfolio_id = nullif(%(portfolio)s::text, ''));

-- name: note_news
-- Each number of an account may hear of the same thing; a line stands once, a notice once in ten minutes: some
-- come with every message. Index channel_event_at.
INSERT INTO channel_event (workspace_id, id, channel_id, kind, "from", "to", detail, at)
SELECT DISTINCT ON (new.about, new.kind, new.before, new.after, new.detail, new.at)
       %(workspace)s, new.id, new.about, new.kind, new.before, new.after, new.detail, new.at
FROM unnest(
  %(id)s::uuid[], %(about)s::uuid[], %(kind)s::text[], %(before)s::text[], %(after)s::text[],
  %(detail)s::text[], %(at)s::timestamptz[]
) AS line (id, about, kind, before, after, detail, at)
CROSS JOIN LATERAL (
  SELECT line.*, make_interval(mins => CASE WHEN line.kind = 'notice' THEN 10 ELSE 0 END) AS apart
) AS new
WHERE NOT EXISTS (
  SELECT FROM channel_event AS there
  WHERE there.workspace_id = %(workspace)s AND there.channel_id = new.about
    AND there.at BETWEEN new.at - new.apart AND new.at + new.apart
    AND there.kind = new.kind AND there."from" = new.before AND there."to" = new.after
    AND there.detail = new.detail
)
RETURNING channel_id, "to";
