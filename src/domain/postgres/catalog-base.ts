import { STREAM_SCHEMA } from '../sql/internal-names.ts';
import { POSTGRES_TYPES } from './postgres-types.ts';

/** Identifiers of what is in the tables' database start here; those of topics are below. */
export const TABLE_OIDS_FROM = 100_000_000;
export const TOPIC_OIDS_FROM = 16_384;

const KEYS = "constraint_type IN ('PRIMARY KEY', 'UNIQUE')";
// What streams keep for themselves is nobody else's.
const OWN = `database_name = 'kawadb' AND schema_name <> '${STREAM_SCHEMA}'`;
const MATERIALIZED = `lower(view_name) IN (SELECT lower(name) FROM topics.main.kawadb_streams
  WHERE kind = 'materialized view')`;
/** What an index is of, out of its text: `[id, '"a name"']`. */
const INDEXED = `string_split(regexp_replace(i.expressions, '^\\[|\\]$|''"|"''', '', 'g'), ', ')`;
const COLUMNS_OF =
  "list_aggregate(list_transform(constraint_column_names, n -> '\"' || n || '\"'), 'string_agg', ', ')";

/**
 * What PostgreSQL's catalogs are made of here. `topics` is a table that is kept as the topics are; the columns of a topic are
 * those of its view, which is made when somebody asks for them.
 */
export const BASE_RELATIONS: Readonly<Record<string, string>> = {
  schemas: `SELECT 2200::BIGINT AS oid, 'public' AS name, 'main' AS schema_name
    UNION ALL SELECT 11, 'pg_catalog', 'pg_catalog'
    UNION ALL SELECT 13000, 'information_schema', 'information_schema'
    UNION ALL SELECT 50000000 + oid, schema_name, schema_name FROM duckdb_schemas()
      WHERE ${OWN} AND NOT internal AND schema_name <> 'main'`,

  constraints: `SELECT 300000000 + table_oid * 1000 + constraint_index AS oid, ${TABLE_OIDS_FROM} + table_oid AS relation,
      200000000 + table_oid * 1000 + constraint_index AS index_oid, schema_name, table_name,
      coalesce(constraint_name, table_name || '_key') AS name, constraint_type AS type,
      list_transform(constraint_column_indexes, n -> n + 1) AS positions, constraint_column_names AS column_names,
      constraint_type || ' (' || ${COLUMNS_OF} || ')' AS definition
    FROM duckdb_constraints() WHERE ${OWN} AND ${KEYS}`,

  indexes: `SELECT ${TABLE_OIDS_FROM} + index_oid AS oid, ${TABLE_OIDS_FROM} + table_oid AS relation, schema_name,
      index_name AS name, is_unique, is_primary,
      (SELECT list(c.column_index ORDER BY list_position(${INDEXED}, c.column_name)) FROM duckdb_columns() c
        WHERE c.table_oid = i.table_oid AND list_contains(${INDEXED}, c.column_name)) AS positions,
      ${INDEXED} AS column_names, rtrim(sql, ';') AS definition
    FROM duckdb_indexes() i WHERE ${OWN}
    UNION ALL SELECT index_oid, relation, schema_name, name, true, type = 'PRIMARY KEY', positions, column_names,
      'CREATE UNIQUE INDEX "' || name || '" ON "' || table_name || '" USING art (' ||
      list_aggregate(list_transform(column_names, n -> '"' || n || '"'), 'string_agg', ', ') || ')'
    FROM postgres_catalog.main.constraints`,

  relations: `SELECT ${TABLE_OIDS_FROM} + table_oid AS oid, schema_name, table_name AS name, 'r' AS kind,
      estimated_size::DOUBLE AS row_count, has_primary_key OR index_count > 0 AS has_index, NULL::VARCHAR AS definition
    FROM duckdb_tables() WHERE ${OWN} AND NOT internal
    UNION ALL SELECT ${TABLE_OIDS_FROM} + view_oid, schema_name, view_name, CASE WHEN ${MATERIALIZED} THEN 'm' ELSE 'v' END, 0,
      false, rtrim(sql, ';')
    FROM duckdb_views() WHERE ${OWN} AND NOT internal
    UNION ALL SELECT oid, schema_name, name, 'i', 0, false, definition FROM postgres_catalog.main.indexes
    UNION ALL SELECT oid, 'main', name, 'r', -1, false, NULL FROM postgres_catalog.main.topics
      WHERE lower(name) NOT IN (
        SELECT lower(table_name) FROM duckdb_tables() WHERE ${OWN} AND schema_name = 'main'
        UNION ALL SELECT lower(view_name) FROM duckdb_views() WHERE ${OWN} AND schema_name = 'main' AND NOT internal)`,

  columns: `SELECT r.oid AS relation, s.oid AS schema_oid, s.name AS schema_name, r.name AS relation_name,
      r.kind, c.column_index AS position, c.column_name AS name, c.data_type AS engine_type,
      postgres_catalog.main.type_oid(c.data_type) AS type_oid, c.is_nullable, c.column_default,
      CASE WHEN postgres_catalog.main.type_oid(c.data_type) = ${POSTGRES_TYPES.numeric.oid} AND c.numeric_precision > 0
          AND c.data_type LIKE 'DECIMAL%'
        THEN (c.numeric_precision << 16 | c.numeric_scale) + 4 ELSE -1 END AS modifier,
      c.numeric_precision, c.numeric_scale
    FROM duckdb_columns() c JOIN postgres_catalog.main.relations r
      ON r.name = c.table_name AND r.kind IN ('r', 'v', 'm')
        AND CASE WHEN r.oid >= ${TABLE_OIDS_FROM} THEN c.database_name = 'kawadb' AND c.schema_name = r.schema_name
          ELSE c.database_name = 'topics' END
    JOIN postgres_catalog.main.schemas s ON s.schema_name = r.schema_name`,

  functions: `SELECT 400000000 + function_oid AS oid, schema_name, function_name AS name, macro_definition AS prosrc,
      list_aggregate(parameters, 'string_agg', ', ') AS arguments, len(parameters) AS argument_count
    FROM duckdb_functions() WHERE ${OWN} AND NOT internal AND function_type IN ('macro', 'table_macro')`,
};
