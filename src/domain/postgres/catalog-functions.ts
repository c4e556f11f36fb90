import { quoteText } from '../sql/quote.ts';
import { CATALOG_SETTINGS } from './catalog-settings.ts';
import { formatTypeSql, typeOidSql } from './catalog-types.ts';

/**
 * Functions of PostgreSQL that its clients ask for and the engine has no like of, or another one: parameters and body of a
 * macro each. Those of a fixed answer say what is true of a broker: one user who may do everything, one schema in the path.
 */
export const FUNCTIONS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // First, as another one uses it.
  format_type: [
    ['oid', formatTypeSql('oid', '-1')],
    ['oid, modifier', formatTypeSql('oid', 'modifier')],
  ],
  version: [['', "'PostgreSQL 15.0 (KawaDB), SQL by DuckDB ' || system.main.version()"]],
  current_database: [['', "'kawadb'"]],
  current_schema: [['', "'public'"]],
  current_schemas: [
    ['with_implicit', "CASE WHEN with_implicit THEN ['pg_catalog', 'public'] ELSE ['public'] END"],
  ],
  current_setting: [
    ['p_setting', settingSql('p_setting')],
    ['p_setting, missing_ok', settingSql('p_setting')],
  ],
  set_config: [['setting, new_value, is_local', 'new_value']],
  pg_backend_pid: [['', '1']],
  pg_client_encoding: [['', "'UTF8'"]],
  getdatabaseencoding: [['', "'UTF8'"]],
  pg_encoding_to_char: [['encoding', "CASE WHEN encoding = 6 THEN 'UTF8' ELSE '' END"]],
  pg_char_to_encoding: [['name', "CASE WHEN upper(name) IN ('UTF8', 'UTF-8') THEN 6 ELSE -1 END"]],
  pg_is_in_recovery: [['', 'false']],
  pg_my_temp_schema: [['', '0']],
  pg_is_other_temp_schema: [['schema_oid', 'false']],
  pg_postmaster_start_time: [['', 'now()']],
  pg_conf_load_time: [['', 'now()']],
  txid_current: [['', '1']],
  inet_server_addr: [['', 'NULL::VARCHAR']],
  inet_server_port: [['', 'NULL::INTEGER']],
  inet_client_addr: [['', 'NULL::VARCHAR']],
  inet_client_port: [['', 'NULL::INTEGER']],
  to_regclass: [
    [
      'p_name',
      `coalesce(
        CASE p_name WHEN 'pg_class' THEN 1259 WHEN 'pg_namespace' THEN 2615 WHEN 'pg_type' THEN 1247
          WHEN 'pg_proc' THEN 1255 WHEN 'pg_constraint' THEN 2606 WHEN 'pg_database' THEN 1262 END,
        (SELECT min(oid) FROM postgres_catalog.main.relations r
          WHERE r.name = replace(regexp_replace(p_name, '^("?(public|main|pg_catalog)"?\\.)', ''), '"', '')))`,
    ],
  ],
  to_regtype: [
    [
      'p_name',
      '(SELECT min(oid) FROM postgres_catalog.pg.pg_type t WHERE t.typname = p_name OR postgres_catalog.pg.format_type(t.oid) = p_name)',
    ],
  ],
  parse_ident: [
    [
      'name',
      `list_transform(regexp_extract_all(name, '"(?:[^"]|"")+"|[^."]+'),
        lambda part: CASE WHEN part[1] = '"' THEN replace(part[2:-2], '""', '"') ELSE lower(part) END)`,
    ],
  ],
  quote_ident: [
    [
      'name',
      `CASE WHEN regexp_full_match(name, '[a-z_][a-z0-9_$]*') THEN name ELSE '"' || replace(name, '"', '""') || '"' END`,
    ],
  ],
  quote_literal: [['value', "'''' || replace(value::VARCHAR, '''', '''''') || ''''"]],
  quote_nullable: [
    ['value', "coalesce('''' || replace(value::VARCHAR, '''', '''''') || '''', 'NULL')"],
  ],
  pg_get_userbyid: [['user_oid', "'kawadb'"]],
  pg_table_is_visible: [['p_relation', 'true']],
  pg_type_is_visible: [['type', 'true']],
  pg_function_is_visible: [['function', 'true']],
  pg_operator_is_visible: [['operator', 'true']],
  pg_collation_is_visible: [['collation', 'true']],
  pg_statistics_obj_is_visible: [['statistics', 'true']],
  pg_relation_is_publishable: [['p_relation', 'false']],
  pg_relation_is_updatable: [['p_relation, include_triggers', '0']],
  pg_get_expr: [
    ['expression, p_relation', 'expression'],
    ['expression, p_relation, pretty', 'expression'],
  ],
  pg_get_viewdef: [
    ['p_relation', viewSql('p_relation')],
    ['p_relation, pretty', viewSql('p_relation')],
  ],
  _pg_expandarray: [['list', "unnest(list_transform(list, lambda x, i: {'x': x, 'n': i}))"]],
  pg_get_indexdef: [
    ['p_index', indexSql('p_index')],
    ['p_index, p_position, pretty', indexPartSql('p_index', 'p_position')],
  ],
  pg_get_constraintdef: [
    ['constraint_oid', constraintSql('constraint_oid')],
    ['constraint_oid, pretty', constraintSql('constraint_oid')],
  ],
  pg_get_partkeydef: [['p_relation', 'NULL::VARCHAR']],
  pg_get_triggerdef: [
    ['trigger_oid', 'NULL::VARCHAR'],
    ['trigger_oid, pretty', 'NULL::VARCHAR'],
  ],
  pg_get_ruledef: [
    ['rule_oid', 'NULL::VARCHAR'],
    ['rule_oid, pretty', 'NULL::VARCHAR'],
  ],
  pg_get_statisticsobjdef_columns: [['statistics', 'NULL::VARCHAR']],
  pg_get_functiondef: [['p_function', functionSql('p_function', 'prosrc')]],
  pg_get_function_result: [['p_function', functionSql('p_function', "'any'")]],
  pg_get_function_arguments: [['p_function', functionSql('p_function', 'arguments')]],
  pg_get_function_identity_arguments: [['p_function', functionSql('p_function', 'arguments')]],
  pg_get_function_sqlbody: [['p_function', functionSql('p_function', 'prosrc')]],
  pg_get_serial_sequence: [['table_name, column_name', 'NULL::VARCHAR']],
  obj_description: [
    ['object', 'NULL::VARCHAR'],
    ['object, catalog', 'NULL::VARCHAR'],
  ],
  col_description: [['object, p_position', 'NULL::VARCHAR']],
  shobj_description: [['object, catalog', 'NULL::VARCHAR']],
  ...privileges([
    ...['has_database_privilege', 'has_schema_privilege', 'has_table_privilege'],
    ...['has_any_column_privilege', 'has_function_privilege', 'has_sequence_privilege'],
    ...['has_tablespace_privilege', 'has_type_privilege', 'pg_has_role'],
  ]),
  has_column_privilege: [
    ['p_relation, column_name, privilege', 'true'],
    ['p_role, p_relation, p_column, privilege', 'true'],
  ],
  pg_table_size: [['p_relation', '0']],
  pg_relation_size: [
    ['p_relation', '0'],
    ['p_relation, fork', '0'],
  ],
  pg_total_relation_size: [['p_relation', '0']],
  pg_indexes_size: [['p_relation', '0']],
  pg_database_size: [['database', '0']],
  pg_tablespace_size: [['tablespace', '0']],
  pg_tablespace_location: [['tablespace', "''"]],
  pg_size_pretty: [['size', 'format_bytes(size::BIGINT)']],
  pg_stat_get_numscans: [['p_relation', '0']],
  array_remove: [['list, element', 'list_filter(list, each -> each IS DISTINCT FROM element)']],
  ...Object.fromEntries(
    ['current_user', 'session_user', 'current_role', 'user'].map((name) => [
      `"${name}"`,
      [['user_name', 'user_name']] as const,
    ]),
  ),
  array_upper: [['list, dimension', 'CASE WHEN dimension = 1 THEN nullif(len(list), 0) END']],
  array_lower: [['list, dimension', 'CASE WHEN dimension = 1 AND len(list) > 0 THEN 1 END']],
};

function privileges(names: readonly string[]) {
  return Object.fromEntries(
    names.map((name) => [
      name,
      [
        ['object, privilege', 'true'],
        ['role, object, privilege', 'true'],
      ] as const,
    ]),
  );
}

function settingSql(name: string): string {
  // Without a subquery: Grafana has it in the arguments of a table function.
  const cases = Object.entries(CATALOG_SETTINGS).map(
    ([setting, value]) => `WHEN ${quoteText(setting.toLowerCase())} THEN ${quoteText(value)}`,
  );
  return `CASE lower(${name}) ${cases.join(' ')} END`;
}

function viewSql(oid: string): string {
  return `(SELECT min(regexp_replace(r.definition, '(?is)^create\\s+view\\s+.*?\\s+as\\s+', ' '))
    FROM postgres_catalog.main.relations r WHERE r.oid = ${oid} AND r.kind IN ('v', 'm'))`;
}

function indexSql(oid: string): string {
  return `(SELECT min(i.definition) FROM postgres_catalog.main.indexes i WHERE i.oid = ${oid})`;
}

/** Of one column its name alone, as PostgreSQL tells it. */
function indexPartSql(oid: string, position: string): string {
  const part = `CASE WHEN ${position} > 0 THEN i.column_names[${position}] ELSE i.definition END`;
  return `(SELECT min(${part}) FROM postgres_catalog.main.indexes i WHERE i.oid = ${oid})`;
}

function constraintSql(oid: string): string {
  return `(SELECT min(c.definition) FROM postgres_catalog.main.constraints c WHERE c.oid = ${oid})`;
}

function functionSql(oid: string, column: string): string {
  return `(SELECT min(${column}) FROM postgres_catalog.main.functions f WHERE f.oid = ${oid})`;
}

/** Parts that other macros and the views use. */
export const INTERNAL_FUNCTIONS = {
  type_oid: ['type', typeOidSql('type')],
} as const;
