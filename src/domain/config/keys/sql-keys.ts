import { atLeast, between } from '../config-rule.ts';
import { boolean, int, list, long, password, string } from '../key-builders.ts';

const MEBIBYTE = 1024 * 1024;

/** SQL and the HTTP listener; none of these is a key of Kafka. */
export const SQL_KEYS = {
  'http.bind_host': string('127.0.0.1', 'read-only', {
    toml: 'http.bind_host',
    doc: "The host of the HTTP listener (KawaDB's own key). It asks nobody who he is: leave it on this machine.",
  }),
  'http.bind_port': int('8082', 'read-only', {
    rule: between(0, 65_535),
    toml: 'http.bind_port',
    doc: "The port of the HTTP listener (KawaDB's own key); 0 takes a free one.",
  }),
  'http.enabled': boolean('false', 'read-only', {
    toml: 'http.enabled',
    doc: "Whether there is an HTTP listener, with SQL at POST /api/v1/sql (KawaDB's own key).",
  }),
  'sql.concurrent_queries': int('4', 'read-only', {
    rule: between(1, 64),
    toml: 'sql.concurrent_queries',
    doc: "SQL statements that run at a time; more of them wait (KawaDB's own key).",
  }),
  'sql.export_directory': string('', 'read-only', {
    toml: 'sql.export_directory',
    doc: "Where COPY … TO writes files (KawaDB's own key); sql/exports in the data folder when empty.",
  }),
  'sql.extension_directory': string('', 'read-only', {
    toml: 'sql.extension_directory',
    doc: "A folder with extensions of the SQL engine (KawaDB's own key), as v1.5.5/<platform>/<name>.duckdb_extension or as pip unpacks duckdb-extension-<name>. None are fetched from elsewhere.",
  }),
  'sql.extensions': list('', 'read-only', {
    toml: 'sql.extensions',
    doc: "Extensions that are loaded with the SQL engine (KawaDB's own key), such as spatial, fts, iceberg and ducklake. One that is missing fails the statements that need it.",
  }),
  'sql.history.check_interval_ms': long('300000', 'read-only', {
    rule: atLeast(1),
    toml: 'sql.history.check_interval_ms',
    doc: "How often closed segments are looked for, and history for files that are too old (KawaDB's own key).",
  }),
  'sql.history.older_than_ms': long('0', 'read-only', {
    rule: atLeast(0),
    toml: 'sql.history.older_than_ms',
    doc: "How old the newest record of a closed segment is when it goes to history (KawaDB's own key).",
  }),
  'sql.history.retention_ms': long('-1', 'read-only', {
    rule: atLeast(-1),
    toml: 'sql.history.retention_ms',
    doc: "How old the newest record of a file of history may be before the file goes (KawaDB's own key); -1 keeps all.",
  }),
  'sql.history.topics': list('', 'read-only', {
    toml: 'sql.history.topics',
    doc: "Topics whose closed segments are kept as Parquet (KawaDB's own key): names, with * for any characters. Compacted topics are left out.",
  }),
  'sql.memory_limit_bytes': long('201326592', 'read-only', {
    rule: atLeast(16 * MEBIBYTE),
    toml: 'sql.memory_limit_bytes',
    doc: "Memory of the SQL engine (KawaDB's own key); what needs more goes to a temporary folder beside the tables.",
  }),
  'sql.plugins': list('', 'read-only', {
    toml: 'sql.plugins',
    doc: "Modules with functions of SQL (KawaDB's own key): packages or paths, each with options as in `kawadb-onnx?models=./models`.",
  }),
  'sql.result_bytes_max': long('1073741824', 'read-only', {
    rule: atLeast(1),
    toml: 'sql.result_bytes_max',
    doc: "The most bytes a result is sent as (KawaDB's own key); a larger one ends with an error.",
  }),
  'sql.result_rows_max': int('10000000', 'read-only', {
    rule: atLeast(1),
    toml: 'sql.result_rows_max',
    doc: "The most rows a result has (KawaDB's own key); a larger one ends with an error.",
  }),
  'sql.schema_registry.basic_auth': password('', 'read-only', {
    toml: 'sql.schema_registry.basic_auth',
    doc: "The schema registry's user and password, user:password (KawaDB's own key); none is sent when empty.",
  }),
  'sql.schema_registry.cache_ms': int('60000', 'read-only', {
    rule: atLeast(0),
    toml: 'sql.schema_registry.cache_ms',
    doc: "How long the latest schema of a topic is taken to be that, and an id to be unknown (KawaDB's own key).",
  }),
  'sql.schema_registry.timeout_ms': int('5000', 'read-only', {
    rule: between(1, 20_000),
    toml: 'sql.schema_registry.timeout_ms',
    doc: "How long the schema registry may take to answer (KawaDB's own key).",
  }),
  'sql.schema_registry.url': string('', 'read-only', {
    toml: 'sql.schema_registry.url',
    doc: "A schema registry with Confluent's REST API, http://host:8081 (KawaDB's own key), for topics whose schemas are not declared in SQL.",
  }),
  'sql.streams.batch_rows_max': int('50000', 'read-only', {
    rule: between(1, 1_000_000),
    toml: 'sql.streams.batch_rows_max',
    doc: "Records a view takes in one transaction while it is behind (KawaDB's own key).",
  }),
  'sql.streams.idle_ms': int('10000', 'read-only', {
    rule: atLeast(0),
    toml: 'sql.streams.idle_ms',
    doc: "How long a partition without new records holds up the closing of windows (KawaDB's own key); 0: for ever.",
  }),
  'sql.streams.interval_ms': int('100', 'read-only', {
    rule: between(0, 60_000),
    toml: 'sql.streams.interval_ms',
    doc: "How long a view that has caught up gathers new records before it takes them (KawaDB's own key).",
  }),
  'sql.streams.out_of_orderness_ms': int('5000', 'read-only', {
    rule: atLeast(0),
    toml: 'sql.streams.out_of_orderness_ms',
    doc: "How much older than the newest record of its partition one may be without being late, where a stream declares no watermark (KawaDB's own key).",
  }),
  'sql.threads': int('0', 'read-only', {
    rule: between(0, 256),
    toml: 'sql.threads',
    doc: "Threads of the SQL engine (KawaDB's own key), beside the one that decodes records; 0 takes half as many as there are processors, at least one and at most four.",
  }),
  'sql.timeout_ms': int('60000', 'read-only', {
    rule: atLeast(1),
    toml: 'sql.timeout_ms',
    doc: "How long an SQL statement may take (KawaDB's own key); a query may ask for less.",
  }),
  'sql.transactions_max': int('100', 'read-only', {
    rule: between(1, 100_000),
    toml: 'sql.transactions_max',
    doc: "Transactions over tables that are open at a time (KawaDB's own key); more are refused.",
  }),
};
