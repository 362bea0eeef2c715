-- What must always hold for the installation as a whole. As `invariants.sql`: a line of text for each breach.

-- name: broken_indexes
SELECT format('index %%s is not valid: REINDEX it', indexrelid::regclass)
FROM pg_index
JOIN pg_class ON pg_class.oid = pg_index.indexrelid
WHERE pg_class.relnamespace = 'public'::regnamespace AND NOT pg_index.indisvalid
LIMIT 20;

-- name: overdue_jobs
SELECT format('job %%s (%%s) is due since %%s', job.id, job.task_name,
              to_char(coalesce(job.scheduled_at, deferred.at), 'YYYY-MM-DD HH24:MI:SS'))
FROM procrastinate_jobs AS job
CROSS JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events WHERE job_id = job.id) AS deferred
WHERE job.status = 'todo'
  AND coalesce(job.scheduled_at, deferred.at) < now() - 10 * make_interval(secs => %(grace)s)
ORDER BY job.id
LIMIT 20;

-- name: orphaned_jobs
SELECT format('job %%s (%%s) is being done by a worker that is gone', job.id, job.task_name)
FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
  AND coalesce(worker.last_heartbeat, '-infinity') < now() - make_interval(secs => %(grace)s)
LIMIT 20;

-- name: spoken_jobs
-- Arguments are ids, times and short words.
SELECT format('job %%s (%%s) has an argument %%s that looks like more than an id', job.id, job.task_name, arg.key)
FROM procrastinate_jobs AS job
CROSS JOIN LATERAL jsonb_each_text(job.args) AS arg (key, value)
WHERE arg.value ~ '^\+[0-9]{8,15}$' OR arg.value LIKE '%%@%%' OR length(arg.value) > 200
LIMIT 20;

-- name: idle_transactions
-- Each serving role sees its own.
SELECT format('%%s has held a transaction open and idle since %%s (pid %%s)', application_name,
              to_char(state_change, 'YYYY-MM-DD HH24:MI:SS'), pid)
FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%%'
  AND state_change < now() - make_interval(secs => %(grace)s)
LIMIT 20;
