-- What the database's own catalogue must say. Each statement returns one line of text for each breach.
-- A tenant table is one with a column workspace_id.

-- name: unknown_tables
-- Neither a tenant table nor on the list of global ones: a table that forgot its workspace altogether.
SELECT format('%%s has no workspace_id and is not on the list of global tables', class.relname)
  FROM pg_class AS class
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relkind IN ('r', 'p')
   AND class.relname <> ALL (%(global_tables)s)
   AND NOT EXISTS (
         SELECT FROM pg_attribute
          WHERE attrelid = class.oid AND attname = 'workspace_id' AND NOT attisdropped)

-- name: unforced_security
SELECT format('%%s: row-level security is not enabled and forced', class.relname)
  FROM pg_class AS class
  JOIN pg_attribute AS key ON key.attrelid = class.oid AND key.attname = 'workspace_id'
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relkind IN ('r', 'p')
   AND NOT (class.relrowsecurity AND class.relforcerowsecurity)

-- name: nullable_keys
SELECT format('%%s.workspace_id may be null', class.relname)
  FROM pg_class AS class
  JOIN pg_attribute AS key ON key.attrelid = class.oid AND key.attname = 'workspace_id'
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relkind IN ('r', 'p')
   AND NOT key.attnotnull

-- name: missing_policies
SELECT format('%%s has no policy for the people who are served', class.relname)
  FROM pg_class AS class
  JOIN pg_attribute AS key ON key.attrelid = class.oid AND key.attname = 'workspace_id'
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relkind IN ('r', 'p')
   AND NOT EXISTS (
         SELECT FROM pg_policy
          WHERE polrelid = class.oid AND polname = 'tenant' AND polcmd = '*' AND 0 = ANY (polroles))

-- name: weak_policies
-- Policies are joined by OR: one weak policy opens the table, whatever the others say.
SELECT format('%%s: the policy %%s does not hold reading and writing to the workspace', tablename, policyname)
  FROM pg_policies
 WHERE schemaname = 'public'
   AND NOT (roles = '{parley_engine}' AND tablename = ANY (%(engine_tables)s))
   AND NOT (
         (qual = %(expression)s OR tablename = ANY (%(own_rows_tables)s) AND qual = %(own_rows_expression)s)
     AND with_check IS NOT DISTINCT FROM %(expression)s)

-- name: volatile_policies
SELECT DISTINCT format('%%s: the policy %%s calls %%s, which is volatile',
                       policy.polrelid::regclass, policy.polname, function.proname)
  FROM pg_policy AS policy
 CROSS JOIN LATERAL regexp_matches(
         concat(policy.polqual::text, policy.polwithcheck::text), ':(?:funcid|opfuncid) (\d+)', 'g') AS found
  JOIN pg_proc AS function ON function.oid = found[1]::oid
 WHERE function.provolatile = 'v'

-- name: keys_without_workspace
SELECT format('%%s: %%s is unique across workspaces', class.relname, named.relname)
  FROM pg_index AS index
  JOIN pg_class AS class ON class.oid = index.indrelid
  JOIN pg_class AS named ON named.oid = index.indexrelid
  JOIN pg_attribute AS key ON key.attrelid = class.oid AND key.attname = 'workspace_id'
 WHERE class.relnamespace = 'public'::regnamespace
   AND index.indisunique
   AND index.indkey[0] <> key.attnum
   AND named.relname <> ALL (%(globally_unique)s)

-- name: missing_keys
SELECT format('%%s: the primary key is not (workspace_id, id)', class.relname)
  FROM pg_class AS class
  JOIN pg_attribute AS key ON key.attrelid = class.oid AND key.attname = 'workspace_id'
  JOIN pg_attribute AS id ON id.attrelid = class.oid AND id.attname = 'id'
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relkind IN ('r', 'p')
   AND NOT EXISTS (
         SELECT FROM pg_constraint
          WHERE conrelid = class.oid AND contype = 'p' AND conkey = ARRAY[key.attnum, id.attnum])

-- name: slow_indexes
-- Under row-level security every statement names the workspace: an index that does not lead with it is not used.
SELECT format('%%s: the index %%s does not lead with workspace_id', class.relname, named.relname)
  FROM pg_index AS index
  JOIN pg_class AS class ON class.oid = index.indrelid
  JOIN pg_class AS named ON named.oid = index.indexrelid
  JOIN pg_am AS method ON method.oid = named.relam AND method.amname = 'btree'
  JOIN pg_attribute AS key ON key.attrelid = class.oid AND key.attname = 'workspace_id'
 WHERE class.relnamespace = 'public'::regnamespace
   AND NOT index.indisunique
   AND index.indkey[0] <> key.attnum
   AND named.relname <> ALL (%(global_indexes)s)

-- name: loose_references
-- A tenant table refers to another by (workspace_id, x_id), or the database would accept another workspace's row.
SELECT format('%%s: %%s may refer to a row of another workspace', class.relname, reference.conname)
  FROM pg_constraint AS reference
  JOIN pg_class AS class ON class.oid = reference.conrelid
  JOIN pg_class AS target ON target.oid = reference.confrelid
  LEFT JOIN pg_attribute AS own
    ON own.attrelid = class.oid AND own.attname = 'workspace_id'
  LEFT JOIN pg_attribute AS theirs
    ON theirs.attrelid = target.oid AND theirs.attname = 'workspace_id'
 WHERE reference.contype = 'f'
   AND class.relnamespace = 'public'::regnamespace
   AND (own.attnum IS NOT NULL OR theirs.attnum IS NOT NULL)
   AND NOT (target.relname = 'workspace' AND reference.conkey = ARRAY[own.attnum])
   AND NOT (own.attnum IS NOT NULL AND theirs.attnum IS NOT NULL
            AND reference.conkey[1] = own.attnum AND reference.confkey[1] = theirs.attnum)
   AND class.relname || ' > ' || target.relname <> ALL (%(global_references)s)

-- name: ownerless_tables
SELECT format('%%s.workspace_id does not refer to workspace', class.relname)
  FROM pg_class AS class
  JOIN pg_attribute AS key ON key.attrelid = class.oid AND key.attname = 'workspace_id'
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relkind IN ('r', 'p')
   AND NOT EXISTS (
         SELECT FROM pg_constraint
          WHERE conrelid = class.oid AND contype = 'f' AND confrelid = 'workspace'::regclass
            AND conkey = ARRAY[key.attnum])

-- name: references_set_null
-- ON DELETE SET NULL on a composite key would clear workspace_id, and does not work on a distributed table.
SELECT format('%%s: %%s sets columns on delete', class.relname, reference.conname)
  FROM pg_constraint AS reference
  JOIN pg_class AS class ON class.oid = reference.conrelid
 WHERE reference.contype = 'f'
   AND class.relnamespace = 'public'::regnamespace
   AND class.relname NOT LIKE 'procrastinate%%'
   AND reference.confdeltype IN ('n', 'd')

-- name: powerful_roles
SELECT format('%%s has an attribute that stands above row-level security or makes roles', rolname)
  FROM pg_roles
 WHERE rolname IN ('parley_app', 'parley_engine', 'parley_owner')
   AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
UNION ALL
SELECT format('%%s is a member of %%s', member.rolname, granted.rolname)
  FROM pg_auth_members AS membership
  JOIN pg_roles AS member ON member.oid = membership.member
  JOIN pg_roles AS granted ON granted.oid = membership.roleid
 WHERE member.rolname IN ('parley_app', 'parley_engine')

-- name: serving_owners
SELECT format('%%s owns %%s', role.rolname, owned.name)
  FROM pg_roles AS role
  JOIN (
         SELECT relowner AS owner, oid::regclass::text AS name FROM pg_class
         UNION ALL
         SELECT proowner, oid::regprocedure::text FROM pg_proc
         UNION ALL
         SELECT nspowner, 'schema ' || nspname FROM pg_namespace
         UNION ALL
         SELECT typowner, 'type ' || typname FROM pg_type
         UNION ALL
         SELECT datdba, 'database ' || datname FROM pg_database
       ) AS owned ON owned.owner = role.oid
 WHERE role.rolname IN ('parley_app', 'parley_engine')

-- name: serving_privileges
SELECT format('%%s may %%s on %%s', role.rolname, privilege.name, class.relname)
  FROM pg_class AS class
 CROSS JOIN (VALUES ('parley_app'), ('parley_engine')) AS role (rolname)
 CROSS JOIN (VALUES ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS privilege (name)
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relkind IN ('r', 'p')
   AND has_table_privilege(role.rolname, class.oid, privilege.name)
UNION ALL
SELECT format('%%s may create in schema %%s', role.rolname, namespace.nspname)
  FROM pg_namespace AS namespace
 CROSS JOIN (VALUES ('parley_app'), ('parley_engine')) AS role (rolname)
 WHERE namespace.nspname NOT LIKE 'pg\_%%'
   AND has_schema_privilege(role.rolname, namespace.oid, 'CREATE')
UNION ALL
SELECT format('%%s may create schemas', role.rolname)
  FROM (VALUES ('parley_app'), ('parley_engine')) AS role (rolname)
 WHERE has_database_privilege(role.rolname, current_database(), 'CREATE')

-- name: engine_privileges
-- The engines are met by strangers. A right to a single column counts, and one that PUBLIC has counts too.
SELECT format('parley_engine may %%s %%s.%%s', privilege.name, class.relname, field.attname)
  FROM pg_class AS class
  JOIN pg_attribute AS field ON field.attrelid = class.oid AND field.attnum > 0 AND NOT field.attisdropped
 CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE')) AS privilege (name)
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relname = ANY (%(closed_to_engine)s)
   AND NOT (privilege.name = 'SELECT' AND class.relname || '.' || field.attname = ANY (%(open_to_engine)s))
   AND has_column_privilege('parley_engine', class.oid, field.attnum, privilege.name)
UNION ALL
SELECT format('parley_engine may DELETE from %%s', class.relname)
  FROM pg_class AS class
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relname = ANY (%(closed_to_engine)s)
   AND has_table_privilege('parley_engine', class.oid, 'DELETE')

-- name: leaking_views
-- A view reads as its owner unless it says otherwise; a materialised one knows no row-level security at all.
SELECT format('%%s is a view that does not read as whoever asks', relname)
  FROM pg_class AS class
 WHERE relnamespace = 'public'::regnamespace
   AND (relkind = 'm'
        OR relkind = 'v' AND NOT coalesce(reloptions && '{security_invoker=true,security_invoker=on}', false))
   AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = class.oid AND deptype = 'e')

-- name: definer_functions
SELECT format('%%s is SECURITY DEFINER and %%s', function.oid::regprocedure,
              CASE WHEN function.proname = ANY (%(definers)s) THEN 'has no fixed search_path'
                   ELSE 'is not on the list' END)
  FROM pg_proc AS function
 WHERE function.pronamespace = 'public'::regnamespace
   AND function.prosecdef
   AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = function.oid AND deptype = 'e')
   AND NOT (function.proname = ANY (%(definers)s)
            AND EXISTS (SELECT FROM unnest(function.proconfig) AS setting
                         WHERE setting LIKE 'search_path=%%'))

-- name: enum_types
-- The = of an enum is not leak-proof: under row-level security it turns an index scan into a full one.
SELECT format('%%s.%%s is a PostgreSQL enum', class.relname, field.attname)
  FROM pg_attribute AS field
  JOIN pg_class AS class ON class.oid = field.attrelid AND class.relkind IN ('r', 'p')
  JOIN pg_type AS type ON type.oid = field.atttypid
 WHERE class.relnamespace = 'public'::regnamespace
   AND type.typtype = 'e'
   AND class.relname NOT LIKE 'procrastinate%%'

-- name: unchecked_enumerations
SELECT format('%%s.%%s is an enumeration without a CHECK', class.relname, field.attname)
  FROM pg_attribute AS field
  JOIN pg_class AS class ON class.oid = field.attrelid AND class.relkind IN ('r', 'p')
 WHERE class.relnamespace = 'public'::regnamespace
   AND class.relname NOT LIKE 'procrastinate%%'
   AND field.attname = ANY (%(enumerations)s)
   AND field.atttypid = 'text'::regtype
   AND class.relname || '.' || field.attname <> ALL (%(open_words)s)
   AND NOT EXISTS (
         SELECT FROM pg_constraint
          WHERE conrelid = class.oid AND contype = 'c' AND field.attnum = ANY (conkey))
