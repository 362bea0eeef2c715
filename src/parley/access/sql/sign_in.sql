-- The throttle of sign-in. Two index scans of `sign_in_attempt`, each of at most some fifty rows.

-- name: wait_before_next
-- Seconds until the next attempt may be made, or NULL: when the oldest of the last N failures leaves the window.
SELECT ceil(extract(epoch FROM max(blocked.until) - now()))::int
  FROM (
    (SELECT at + make_interval(secs => %(window)s) AS until
       FROM sign_in_attempt
      WHERE account = %(account)s
        AND at > now() - make_interval(secs => %(window)s)
      ORDER BY at DESC
     OFFSET %(per_account)s - 1
      LIMIT 1)
    UNION ALL
    (SELECT at + make_interval(secs => %(window)s)
       FROM sign_in_attempt
      WHERE source = %(source)s
        AND at > now() - make_interval(secs => %(window)s)
      ORDER BY at DESC
     OFFSET %(per_source)s - 1
      LIMIT 1)
  ) AS blocked

-- name: count_attempt
INSERT INTO sign_in_attempt (account, source, at)
VALUES (%(account)s, %(source)s, now())
RETURNING id

-- name: forget_old
DELETE FROM sign_in_attempt
 WHERE at < now() - make_interval(secs => %(window)s)
