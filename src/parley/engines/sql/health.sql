-- name: queues
-- Partial indexes only: each count is as long as its backlog, and stops at 10,000.
SELECT
  (SELECT count(*) FROM (SELECT FROM inbound_event WHERE state = 'new' LIMIT 10000) AS e) AS inbound_waiting,
  (SELECT extract(epoch FROM now() - min(received_at)) FROM inbound_event WHERE state = 'new') AS inbound_age,
  (SELECT count(*) FROM (SELECT FROM inbound_event WHERE state = 'parked' LIMIT 10000) AS e)
    AS inbound_parked,
  (SELECT count(*) FROM (SELECT FROM message WHERE status = 'queued' LIMIT 10000) AS m) AS outbound_waiting,
  (SELECT extract(epoch FROM now() - min(updated_at)) FROM message
   WHERE status = 'queued' AND coalesce(next_attempt_at, '-infinity') <= now()) AS outbound_age,
  (SELECT count(*) FROM (SELECT FROM message WHERE status = 'uncertain' LIMIT 10000) AS m) AS uncertain,
  (SELECT count(*) FROM (
     SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing') LIMIT 10000) AS j) AS jobs_waiting,
  (SELECT count(*) FROM (SELECT FROM procrastinate_jobs WHERE status = 'failed' LIMIT 10000) AS j)
    AS jobs_failed,
  (SELECT count(*) FROM (SELECT FROM reactor_failure LIMIT 10000) AS f) AS reactions_failed;
