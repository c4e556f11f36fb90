const BASE = 'postgres_catalog.main';
const CATALOG = "'kawadb'";

const DATA_TYPE = `CASE WHEN t.typelem <> 0 THEN 'ARRAY' ELSE postgres_catalog.pg.format_type(c.type_oid, -1) END`;

/** Relations of information_schema: the SELECT of a view each. */
export const INFORMATION_VIEWS: Readonly<Record<string, string>> = {
  schemata: `SELECT ${CATALOG} AS catalog_name, name AS schema_name, 'kawadb' AS schema_owner,
      NULL::VARCHAR AS default_character_set_catalog, NULL::VARCHAR AS default_character_set_schema,
      NULL::VARCHAR AS default_character_set_name, NULL::VARCHAR AS sql_path FROM ${BASE}.schemas`,

  tables: `SELECT ${CATALOG} AS table_catalog, s.name AS table_schema, r.name AS table_name,
      CASE r.kind WHEN 'r' THEN 'BASE TABLE' ELSE 'VIEW' END AS table_type,
      NULL::VARCHAR AS self_referencing_column_name, NULL::VARCHAR AS reference_generation,
      NULL::VARCHAR AS user_defined_type_catalog, NULL::VARCHAR AS user_defined_type_schema,
      NULL::VARCHAR AS user_defined_type_name, CASE WHEN r.oid >= 100000000 AND r.kind = 'r' THEN 'YES' ELSE 'NO' END
        AS is_insertable_into, 'NO' AS is_typed, NULL::VARCHAR AS commit_action
    FROM ${BASE}.relations r JOIN ${BASE}.schemas s ON s.schema_name = r.schema_name WHERE r.kind IN ('r', 'v', 'm')`,

  views: `SELECT ${CATALOG} AS table_catalog, s.name AS table_schema, r.name AS table_name, r.definition AS view_definition,
      'NONE' AS check_option, 'NO' AS is_updatable, 'NO' AS is_insertable_into
    FROM ${BASE}.relations r JOIN ${BASE}.schemas s ON s.schema_name = r.schema_name WHERE r.kind IN ('v', 'm')`,

  columns: `SELECT ${CATALOG} AS table_catalog, c.schema_name AS table_schema, c.relation_name AS table_name,
      c.name AS column_name, c.position AS ordinal_position, c.column_default,
      CASE WHEN c.is_nullable THEN 'YES' ELSE 'NO' END AS is_nullable, ${DATA_TYPE} AS data_type,
      NULL::INTEGER AS character_maximum_length, NULL::INTEGER AS character_octet_length,
      c.numeric_precision, CASE WHEN c.numeric_precision IS NULL THEN NULL ELSE 10 END AS numeric_precision_radix,
      c.numeric_scale, CASE WHEN t.typcategory = 'D' THEN 6 END AS datetime_precision, NULL::VARCHAR AS interval_type,
      NULL::INTEGER AS interval_precision, NULL::VARCHAR AS character_set_catalog, NULL::VARCHAR AS character_set_schema,
      NULL::VARCHAR AS character_set_name, NULL::VARCHAR AS collation_catalog, NULL::VARCHAR AS collation_schema,
      NULL::VARCHAR AS collation_name, NULL::VARCHAR AS domain_catalog, NULL::VARCHAR AS domain_schema,
      NULL::VARCHAR AS domain_name, ${CATALOG} AS udt_catalog, 'pg_catalog' AS udt_schema, t.typname AS udt_name,
      NULL::VARCHAR AS scope_catalog, NULL::VARCHAR AS scope_schema, NULL::VARCHAR AS scope_name,
      NULL::INTEGER AS maximum_cardinality, c.position::VARCHAR AS dtd_identifier, 'NO' AS is_self_referencing,
      'NO' AS is_identity, NULL::VARCHAR AS identity_generation, NULL::VARCHAR AS identity_start,
      NULL::VARCHAR AS identity_increment, NULL::VARCHAR AS identity_maximum, NULL::VARCHAR AS identity_minimum,
      NULL::VARCHAR AS identity_cycle, 'NEVER' AS is_generated, NULL::VARCHAR AS generation_expression,
      CASE WHEN c.relation >= 100000000 THEN 'YES' ELSE 'NO' END AS is_updatable
    FROM ${BASE}.columns c JOIN postgres_catalog.pg.pg_type t ON t.oid = c.type_oid`,

  table_constraints: `SELECT ${CATALOG} AS constraint_catalog, s.name AS constraint_schema, c.name AS constraint_name,
      ${CATALOG} AS table_catalog, s.name AS table_schema, c.table_name, c.type AS constraint_type,
      'NO' AS is_deferrable, 'NO' AS initially_deferred, 'YES' AS enforced
    FROM ${BASE}.constraints c JOIN ${BASE}.schemas s ON s.schema_name = c.schema_name`,

  key_column_usage: `SELECT ${CATALOG} AS constraint_catalog, s.name AS constraint_schema, c.name AS constraint_name,
      ${CATALOG} AS table_catalog, s.name AS table_schema, c.table_name, u.column_name, u.ordinal_position,
      NULL::INTEGER AS position_in_unique_constraint
    FROM (SELECT *, unnest(column_names) AS column_name, generate_subscripts(column_names, 1) AS ordinal_position
      FROM ${BASE}.constraints) u JOIN ${BASE}.constraints c ON c.oid = u.oid
    JOIN ${BASE}.schemas s ON s.schema_name = c.schema_name`,

  constraint_column_usage: `SELECT table_catalog, table_schema, table_name, column_name, constraint_catalog,
      constraint_schema, constraint_name FROM postgres_catalog.information.key_column_usage`,

  referential_constraints: `SELECT NULL::VARCHAR AS constraint_catalog, NULL::VARCHAR AS constraint_schema,
      NULL::VARCHAR AS constraint_name, NULL::VARCHAR AS unique_constraint_catalog,
      NULL::VARCHAR AS unique_constraint_schema, NULL::VARCHAR AS unique_constraint_name, NULL::VARCHAR AS match_option,
      NULL::VARCHAR AS update_rule, NULL::VARCHAR AS delete_rule WHERE false`,

  routines: `SELECT ${CATALOG} AS specific_catalog, 'public' AS specific_schema, name || '_' || oid AS specific_name,
      ${CATALOG} AS routine_catalog, 'public' AS routine_schema, name AS routine_name, 'FUNCTION' AS routine_type,
      'any' AS data_type, prosrc AS routine_definition, 'SQL' AS external_language FROM ${BASE}.functions`,

  triggers: `SELECT NULL::VARCHAR AS trigger_catalog, NULL::VARCHAR AS trigger_schema, NULL::VARCHAR AS trigger_name,
      NULL::VARCHAR AS event_manipulation, NULL::VARCHAR AS event_object_schema, NULL::VARCHAR AS event_object_table,
      NULL::VARCHAR AS action_statement, NULL::VARCHAR AS action_timing WHERE false`,

  sequences: `SELECT NULL::VARCHAR AS sequence_catalog, NULL::VARCHAR AS sequence_schema, NULL::VARCHAR AS sequence_name,
      NULL::VARCHAR AS data_type WHERE false`,

  role_table_grants: `SELECT 'kawadb' AS grantor, 'kawadb' AS grantee, table_catalog, table_schema, table_name,
      'SELECT' AS privilege_type, 'NO' AS is_grantable, 'YES' AS with_hierarchy FROM postgres_catalog.information.tables`,

  table_privileges: 'SELECT * FROM postgres_catalog.information.role_table_grants',
};
