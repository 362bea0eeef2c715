-- One breach of each promise that belongs to no workspace.

-- name: spoken_jobs
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
VALUES ('q', 't', '{"to": "+5519998761234"}') RETURNING id;

-- name: orphaned_jobs
INSERT INTO procrastinate_jobs (queue_name, task_name, status)
VALUES ('q', 't', 'doing') RETURNING id;

-- name: overdue_jobs
INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at)
VALUES ('q', 't', now() - interval '1 day') RETURNING id;
