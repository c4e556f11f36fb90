import { quoteText } from '../sql/quote.ts';
import { EMPTY_RELATIONS } from './catalog-empty.ts';
import { CATALOG_SETTINGS } from './catalog-settings.ts';
import { receiveFunctionRowsSql, typeRowsSql } from './catalog-types.ts';

const BASE = 'postgres_catalog.main';

/** Relations of pg_catalog with something in them: the SELECT of a view each. */
export const FILLED_RELATIONS: Readonly<Record<string, string>> = {
  pg_namespace: `SELECT oid, name AS nspname, 10::BIGINT AS nspowner, NULL::VARCHAR[] AS nspacl FROM ${BASE}.schemas`,

  pg_class: `SELECT r.oid, r.name AS relname, s.oid AS relnamespace, 0::BIGINT AS reltype, 0::BIGINT AS reloftype,
      10::BIGINT AS relowner, CASE r.kind WHEN 'r' THEN 2 WHEN 'i' THEN 403 ELSE 0 END::BIGINT AS relam,
      r.oid AS relfilenode, 0::BIGINT AS reltablespace, 0 AS relpages, r.row_count::FLOAT AS reltuples,
      0 AS relallvisible, 0::BIGINT AS reltoastrelid, r.has_index AS relhasindex, false AS relisshared,
      'p' AS relpersistence, r.kind AS relkind,
      (SELECT count(*) FROM ${BASE}.columns c WHERE c.relation = r.oid) AS relnatts, 0 AS relchecks,
      false AS relhasoids, r.kind = 'v' AS relhasrules, false AS relhastriggers, false AS relhassubclass,
      false AS relrowsecurity, false AS relforcerowsecurity, true AS relispopulated, 'n' AS relreplident,
      false AS relispartition, 0::BIGINT AS relrewrite, 0::BIGINT AS relfrozenxid, 0::BIGINT AS relminmxid,
      NULL::VARCHAR[] AS relacl, NULL::VARCHAR[] AS reloptions, NULL::VARCHAR AS relpartbound
    FROM ${BASE}.relations r JOIN ${BASE}.schemas s ON s.schema_name = r.schema_name`,

  pg_attribute: `SELECT c.relation AS attrelid, c.name AS attname, c.type_oid AS atttypid, -1 AS attstattarget,
      t.typlen AS attlen, c.position AS attnum, CASE WHEN t.typelem <> 0 THEN 1 ELSE 0 END AS attndims,
      -1 AS attcacheoff, c.modifier AS atttypmod, t.typlen > 0 AND t.typlen <= 8 AS attbyval, 'i' AS attalign,
      'p' AS attstorage, '' AS attcompression, NOT c.is_nullable AS attnotnull,
      c.column_default IS NOT NULL AS atthasdef, false AS atthasmissing, '' AS attidentity, '' AS attgenerated,
      false AS attisdropped, true AS attislocal, 0 AS attinhcount, 0::BIGINT AS attcollation,
      NULL::VARCHAR[] AS attacl, NULL::VARCHAR[] AS attoptions, NULL::VARCHAR[] AS attfdwoptions,
      NULL::VARCHAR AS attmissingval
    FROM ${BASE}.columns c JOIN postgres_catalog.pg.pg_type t ON t.oid = c.type_oid`,

  pg_attrdef: `SELECT c.relation * 1000 + c.position AS oid, c.relation AS adrelid, c.position AS adnum,
      c.column_default AS adbin, c.column_default AS adsrc
    FROM ${BASE}.columns c WHERE c.column_default IS NOT NULL`,

  pg_type: `SELECT t.oid::BIGINT AS oid, t.name AS typname, 11::BIGINT AS typnamespace, 10::BIGINT AS typowner, t.size AS typlen,
      t.size > 0 AND t.size <= 8 AS typbyval, CASE t.size WHEN -2 THEN 'p' ELSE 'b' END AS typtype,
      t.category AS typcategory, t.name IN ('bool', 'text', 'float8', 'timestamptz', 'interval') AS typispreferred,
      true AS typisdefined, ',' AS typdelim, 0::BIGINT AS typrelid, 0::BIGINT AS typsubscript, t.element::BIGINT AS typelem,
      t.array_oid::BIGINT AS typarray, t.name || 'in' AS typinput, t.name || 'out' AS typoutput,
      t.receive::BIGINT AS typreceive, t.name || 'send' AS typsend, '-' AS typmodin, '-' AS typmodout, '-' AS typanalyze,
      'i' AS typalign, 'p' AS typstorage, false AS typnotnull, 0::BIGINT AS typbasetype, -1 AS typtypmod,
      0 AS typndims, 0::BIGINT AS typcollation, NULL::VARCHAR AS typdefaultbin, NULL::VARCHAR AS typdefault,
      NULL::VARCHAR[] AS typacl
    FROM (VALUES ${typeRowsSql()}) t(oid, name, size, category, element, array_oid, receive)`,

  pg_proc: `SELECT f.oid, f.name AS proname, s.oid AS pronamespace, 10::BIGINT AS proowner, 14::BIGINT AS prolang,
      1::FLOAT AS procost, 0::FLOAT AS prorows, 0::BIGINT AS provariadic, 'f' AS prokind, false AS prosecdef,
      false AS proleakproof, false AS proisstrict, false AS proretset, 'v' AS provolatile, 's' AS proparallel,
      f.argument_count AS pronargs, 0 AS pronargdefaults, 25::BIGINT AS prorettype, '' AS proargtypes,
      NULL::BIGINT[] AS proallargtypes, NULL::VARCHAR[] AS proargmodes, NULL::VARCHAR[] AS proargnames,
      f.prosrc, NULL::VARCHAR AS probin, NULL::VARCHAR AS prosqlbody, NULL::VARCHAR[] AS proacl,
      false AS proisagg, false AS proiswindow
    FROM (SELECT * FROM ${BASE}.functions
      UNION ALL SELECT r.oid, 'pg_catalog', r.name, '', 'internal', 1
      FROM (VALUES ${receiveFunctionRowsSql()}) r(oid, name, type_oid)) f
    JOIN ${BASE}.schemas s ON s.schema_name = f.schema_name`,

  pg_database: `SELECT 5::BIGINT AS oid, 'kawadb' AS datname, 10::BIGINT AS datdba, 6 AS encoding, 'c' AS datlocprovider,
      false AS datistemplate, true AS datallowconn, -1 AS datconnlimit, 0::BIGINT AS datfrozenxid, 0::BIGINT AS datminmxid,
      1663::BIGINT AS dattablespace, 'C' AS datcollate, 'C' AS datctype, NULL::VARCHAR AS daticulocale,
      NULL::VARCHAR AS datlocale, NULL::VARCHAR AS daticurules, NULL::VARCHAR AS datcollversion, NULL::VARCHAR[] AS datacl`,

  pg_roles: `SELECT 10::BIGINT AS oid, 'kawadb' AS rolname, false AS rolsuper, true AS rolinherit, false AS rolcreaterole,
      false AS rolcreatedb, true AS rolcanlogin, false AS rolreplication, -1 AS rolconnlimit, '********' AS rolpassword,
      NULL::TIMESTAMPTZ AS rolvaliduntil, false AS rolbypassrls, NULL::VARCHAR[] AS rolconfig`,

  pg_authid: 'SELECT * FROM postgres_catalog.pg.pg_roles',

  pg_user: `SELECT rolname AS usename, oid AS usesysid, false AS usecreatedb, false AS usesuper, false AS userepl,
      false AS usebypassrls, rolpassword AS passwd, rolvaliduntil AS valuntil, rolconfig AS useconfig
    FROM postgres_catalog.pg.pg_roles`,

  pg_am: `SELECT oid, amname, '-' AS amhandler, amtype
    FROM (VALUES (2::BIGINT, 'heap', 't'), (403, 'art', 'i')) t(oid, amname, amtype)`,

  pg_tablespace: `SELECT 1663::BIGINT AS oid, 'pg_default' AS spcname, 10::BIGINT AS spcowner, NULL::VARCHAR[] AS spcacl,
      NULL::VARCHAR[] AS spcoptions`,

  pg_language: `SELECT 14::BIGINT AS oid, 'sql' AS lanname, 10::BIGINT AS lanowner, false AS lanispl, true AS lanpltrusted`,

  pg_collation: `SELECT 100::BIGINT AS oid, 'default' AS collname, 11::BIGINT AS collnamespace, 10::BIGINT AS collowner,
      'd' AS collprovider, true AS collisdeterministic, -1 AS collencoding, 'C' AS collcollate, 'C' AS collctype,
      NULL::VARCHAR AS colliculocale, NULL::VARCHAR AS collversion`,

  pg_index: `SELECT i.oid AS indexrelid, i.relation AS indrelid, coalesce(len(i.positions), 1) AS indnatts,
      coalesce(len(i.positions), 1) AS indnkeyatts, i.is_unique AS indisunique, false AS indnullsnotdistinct,
      i.is_primary AS indisprimary, false AS indisexclusion, true AS indimmediate, false AS indisclustered,
      true AS indisvalid, false AS indcheckxmin, true AS indisready, true AS indislive, false AS indisreplident,
      coalesce(i.positions, [0]) AS indkey, NULL::BIGINT[] AS indcollation, NULL::BIGINT[] AS indclass,
      NULL::BIGINT[] AS indoption, NULL::VARCHAR AS indexprs, NULL::VARCHAR AS indpred
    FROM ${BASE}.indexes i`,

  pg_constraint: `SELECT c.oid, c.name AS conname, s.oid AS connamespace,
      CASE c.type WHEN 'PRIMARY KEY' THEN 'p' ELSE 'u' END AS contype, false AS condeferrable, false AS condeferred,
      true AS convalidated, c.relation AS conrelid, 0::BIGINT AS contypid, c.index_oid AS conindid, 0::BIGINT AS conparentid,
      0::BIGINT AS confrelid, ' ' AS confupdtype, ' ' AS confdeltype, ' ' AS confmatchtype, true AS conislocal,
      0 AS coninhcount, true AS connoinherit, c.positions AS conkey, NULL::BIGINT[] AS confkey, NULL::VARCHAR AS conbin
    FROM ${BASE}.constraints c JOIN ${BASE}.schemas s ON s.schema_name = c.schema_name`,

  pg_tables: `SELECT s.name AS schemaname, r.name AS tablename, 'kawadb' AS tableowner, NULL::VARCHAR AS tablespace,
      r.has_index AS hasindexes, false AS hasrules, false AS hastriggers, false AS rowsecurity
    FROM ${BASE}.relations r JOIN ${BASE}.schemas s ON s.schema_name = r.schema_name WHERE r.kind = 'r'`,

  pg_views: `SELECT s.name AS schemaname, r.name AS viewname, 'kawadb' AS viewowner, r.definition
    FROM ${BASE}.relations r JOIN ${BASE}.schemas s ON s.schema_name = r.schema_name WHERE r.kind = 'v'`,

  pg_matviews: `SELECT s.name AS schemaname, r.name AS matviewname, 'kawadb' AS matviewowner, NULL::VARCHAR AS tablespace,
      false AS hasindexes, true AS ispopulated, r.definition
    FROM ${BASE}.relations r JOIN ${BASE}.schemas s ON s.schema_name = r.schema_name WHERE r.kind = 'm'`,

  pg_indexes: `SELECT s.name AS schemaname, t.name AS tablename, i.name AS indexname, NULL::VARCHAR AS tablespace,
      i.definition AS indexdef
    FROM ${BASE}.indexes i JOIN ${BASE}.relations t ON t.oid = i.relation
    JOIN ${BASE}.schemas s ON s.schema_name = i.schema_name`,

  pg_settings: `SELECT name, setting, NULL::VARCHAR AS unit, 'KawaDB' AS category, '' AS short_desc,
      'user' AS context, 'string' AS vartype, 'default' AS source, NULL::VARCHAR AS min_val, NULL::VARCHAR AS max_val,
      NULL::VARCHAR[] AS enumvals, setting AS boot_val, setting AS reset_val, false AS pending_restart
    FROM (VALUES ${settingRows()})
      t(name, setting)`,
};

/** The SELECT of every relation of pg_catalog there is. */
export const CATALOG_VIEWS: Readonly<Record<string, string>> = {
  ...FILLED_RELATIONS,
  ...EMPTY_RELATIONS,
};

function settingRows(): string {
  const rows = Object.entries(CATALOG_SETTINGS).map(
    ([name, setting]) => `(${quoteText(name)}, ${quoteText(setting)})`,
  );
  return rows.join(', ');
}
