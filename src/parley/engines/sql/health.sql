-- name: queues
-- However long the queues are: counts stop at 10,000, and the oldest is looked up channel by channel, two index
-- probes each. With a backlog of 100,000 events the smallest time of all took 40 ms instead.
SELECT
  (SELECT count(*) FROM (SELECT FROM inbound_event WHERE state = 'new' LIMIT 10000) AS e) AS inbound_waiting,
  (SELECT extract(epoch FROM now() - min(oldest.received_at))
   FROM channel
   CROSS JOIN LATERAL (
     SELECT received_at FROM inbound_event AS event
     WHERE event.workspace_id = channel.workspace_id AND event.channel_id = channel.id AND event.state = 'new'
     ORDER BY event.id LIMIT 1
   ) AS oldest) AS inbound_age,
  (SELECT count(*) FROM (SELECT FROM inbound_event WHERE state = 'parked' LIMIT 10000) AS e)
    AS inbound_parked,
  (SELECT count(*) FROM (SELECT FROM message WHERE status = 'queued' LIMIT 10000) AS m) AS outbound_waiting,
  (SELECT extract(epoch FROM now() - min(oldest.updated_at))
   FROM channel
   CROSS JOIN LATERAL (
     (SELECT updated_at FROM message
      WHERE message.workspace_id = channel.workspace_id AND message.channel_id = channel.id
        AND message.status = 'queued' AND message.next_attempt_at IS NULL
      ORDER BY message.id LIMIT 1)
     UNION ALL
     (SELECT updated_at FROM message
      WHERE message.workspace_id = channel.workspace_id AND message.channel_id = channel.id
        AND message.status = 'queued' AND message.next_attempt_at <= now()
      ORDER BY message.next_attempt_at LIMIT 1)
   ) AS oldest) AS outbound_age,
  (SELECT count(*) FROM (SELECT FROM message WHERE status = 'uncertain' LIMIT 10000) AS m) AS uncertain,
  (SELECT extract(epoch FROM now() - min(updated_at))
   FROM (SELECT updated_at FROM message WHERE status = 'uncertain' LIMIT 10000) AS m) AS uncertain_age,
  (SELECT count(*) FROM (
     SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing') LIMIT 10000) AS j) AS jobs_waiting,
  (SELECT count(*) FROM (SELECT FROM procrastinate_jobs WHERE status = 'failed' LIMIT 10000) AS j)
    AS jobs_failed,
  (SELECT count(*) FROM (SELECT FROM reactor_failure LIMIT 10000) AS f) AS reactions_failed;
