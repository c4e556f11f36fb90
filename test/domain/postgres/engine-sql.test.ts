import { describe, expect, test } from 'vitest';
import { commandTag, statementShape } from '../../../src/domain/postgres/command-tag.ts';
import { engineSql } from '../../../src/domain/postgres/engine-sql.ts';
import { sessionStatement } from '../../../src/domain/postgres/session-statement.ts';

function rewritten(sql: string, parameterOids: readonly number[] = []): string {
  return engineSql(sql, { user: "o'hara", parameterOids }).text;
}

describe('statements for the engine', () => {
  test.each([
    'SELECT \'pg_catalog.x\', "public", a.b FROM "user-events" -- ~ \'x\'',
    "SELECT a ~ 'b', x::INTEGER, $tag$ public.x $tag$ FROM orders WHERE b LIKE 'a\\_b'",
    'SELECT pg_class FROM my_table',
    'SELECT s.user, o.version FROM o',
    'SELECT extract(epoch FROM pg_class), current_date FROM x',
    '"unfinished',
  ])('%s stays', (sql) => {
    expect(rewritten(sql)).toBe(sql);
  });

  test.each([
    ['SELECT * FROM public.orders', 'SELECT * FROM orders'],
    ['SELECT * FROM "public"."user-events"', 'SELECT * FROM "user-events"'],
    ['SELECT 1 FROM pg_catalog.pg_class c', 'SELECT 1 FROM postgres_catalog.pg.pg_class c'],
    ['SELECT 1 FROM a, pg_class', 'SELECT 1 FROM a, postgres_catalog.pg.pg_class'],
    ['SELECT pg_catalog.lower(x)', 'SELECT lower(x)'],
    ['SELECT version()', 'SELECT postgres_catalog.pg.version()'],
    [
      'SELECT table_name FROM information_schema.tables',
      'SELECT table_name FROM postgres_catalog.information.tables',
    ],
    ['SELECT current_user', "SELECT postgres_catalog.pg.current_user('o''hara')"],
    ['SELECT x::pg_catalog.regclass, y::jsonb', 'SELECT x::VARCHAR, y::JSON'],
    ["SELECT 'a'::regclass", "SELECT postgres_catalog.pg.to_regclass('a')"],
    [
      "SELECT pg_x OPERATOR(pg_catalog.~) '^(a)$' COLLATE pg_catalog.default",
      "SELECT pg_x ~ '(?s:.*(?:^(a)$).*)' ",
    ],
    ['SELECT i FROM generate_series(1, 3) AS i', 'SELECT i FROM generate_series(1, 3) AS i(i)'],
    [
      "SELECT s FROM x, string_to_array('a,b', ',') s WHERE true",
      "SELECT s FROM x, (SELECT string_to_array('a,b', ',')) s(s) WHERE true",
    ],
    ["SELECT pg_x LIKE 'a\\_b'", "SELECT pg_x LIKE 'a\\_b' ESCAPE '\\'"],
  ])('%s', (sql, expected) => {
    expect(rewritten(sql)).toBe(expected);
  });

  test('parameters have the types the client gave them', () => {
    // int8, text, timestamptz, an array of int4, and one that is open.
    const oids = [20, 25, 1184, 1007];
    expect(rewritten('SELECT $1, $2, $3, $4, $5, $12', oids)).toBe(
      'SELECT CAST($1 AS BIGINT), $2, CAST($3 AS TIMESTAMPTZ), CAST($4 AS INTEGER[]), $5, $12',
    );
  });

  test('a place in what was made is told by where it came from', () => {
    const sql = 'SELECT *\nFROM public.orders, pg_class WHERE wrong';
    const mapped = engineSql(sql, { user: 'a', parameterOids: [] });
    const line = mapped.text.split('\n')[1] as string;
    for (const word of ['orders', 'wrong']) {
      const column = line.indexOf(word) + 1;
      expect(sql.slice(mapped.originalIndex({ line: 2, column })).startsWith(word)).toBe(true);
    }
    const inside = line.indexOf('postgres_catalog') + 5;
    expect(mapped.originalIndex({ line: 2, column: inside })).toBe(sql.indexOf('pg_class'));
  });
});

test.each([
  [
    'BEGIN WORK ISOLATION LEVEL repeatable read, READ WRITE',
    { kind: 'begin', tag: 'BEGIN', modes: { isolation: 'repeatable read', readOnly: false } },
  ],
  [
    'start transaction read only not deferrable',
    { kind: 'begin', modes: { readOnly: true, deferrable: false } },
  ],
  ['BEGIN READ SOMETHING', { kind: 'begin', modes: { unknown: 'read something' } }],
  ['START s', undefined],
  ['END', { kind: 'commit', chain: false }],
  ['ABORT AND CHAIN', { kind: 'rollback', chain: true }],
  ['COMMIT AND NO CHAIN', { kind: 'commit', chain: false }],
  ["COMMIT PREPARED 'x'", { kind: 'two-phase' }],
  ["PREPARE TRANSACTION 'x'", { kind: 'two-phase' }],
  ['SET LOCAL lock_timeout = 1', { kind: 'set', name: 'lock_timeout', isLocal: true }],
  ['SET TRANSACTION READ ONLY', { kind: 'set-transaction', isDefault: false }],
  ['ROLLBACK TO SAVEPOINT a', { kind: 'savepoint', tag: 'ROLLBACK' }],
  ["SET application_name = 'x, y'", { kind: 'set', name: 'application_name', value: 'x, y' }],
  [
    'SET SESSION statement_timeout TO 5000',
    { kind: 'set', name: 'statement_timeout', value: '5000' },
  ],
  ["SET TIME ZONE 'UTC'", { kind: 'set', name: 'timezone', value: 'UTC' }],
  [
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
    { kind: 'set-transaction', isDefault: true, modes: { readOnly: true } },
  ],
  ['SHOW ALL', { kind: 'show', name: 'all' }],
  ['SHOW TRANSACTION ISOLATION LEVEL', { kind: 'show', name: 'transaction_isolation' }],
  ['SHOW TABLES', undefined],
  ['SHOW ALL TABLES', undefined],
  ['SHOW TOPIC SCHEMAS', undefined],
  ['SHOW STREAMS', undefined],
  ['SHOW my.setting', { kind: 'show', name: 'my.setting' }],
  ['DEALLOCATE PREPARE "A"', { kind: 'deallocate', name: 'A' }],
  ['DEALLOCATE ALL', { kind: 'deallocate', name: undefined }],
  ['FETCH FORWARD 120 FROM c', { kind: 'fetch', name: 'c', rowsMax: 120, tag: 'FETCH' }],
  ['FETCH ALL IN c', { kind: 'fetch', name: 'c', rowsMax: 0, tag: 'FETCH' }],
  ['FETCH NEXT c', { kind: 'fetch', name: 'c', rowsMax: 1, tag: 'FETCH' }],
  ['FETCH BACKWARD 1 FROM c', undefined],
  [
    'DECLARE c NO SCROLL CURSOR WITH HOLD FOR\nSELECT 1',
    { kind: 'declare', name: 'c', query: 'SELECT 1', at: 41 },
  ],
  [
    'COPY (SELECT 1 AS to) TO STDOUT WITH (FORMAT csv, HEADER)',
    {
      ...{ kind: 'copy', query: 'SELECT 1 AS to', at: 6 },
      format: { csv: true, header: true, delimiter: ',', nullText: '' },
    },
  ],
  [
    "COPY public.t (a, b) TO STDOUT DELIMITER '|' NULL 'x'",
    {
      ...{ kind: 'copy', query: 'SELECT a, b FROM public.t', at: undefined },
      format: { csv: false, header: false, delimiter: '|', nullText: 'x' },
    },
  ],
  ['COPY t FROM STDIN', { kind: 'refused-copy' }],
  ['COPY t TO STDOUT (FORMAT binary)', { kind: 'refused-copy' }],
  ["COPY t TO '/tmp/x'", undefined],
  ['SELECT 1', undefined],
])('%s is of the session', (sql, expected) => {
  const statement = sessionStatement(sql);
  if (expected === undefined) expect(statement).toBeUndefined();
  else expect(statement).toMatchObject(expected);
});

test.each([
  ['SELECT 1', 'SELECT 3'],
  ['(SELECT 1)', 'SELECT 3'],
  ['-- x\nFROM t', 'SELECT 3'],
  ['INSERT INTO t VALUES (1)', 'INSERT 0 3'],
  ['INSERT INTO t VALUES (1) RETURNING id', 'INSERT 0 3'],
  ['WITH x AS (SELECT 1) DELETE FROM t', 'DELETE 3'],
  ['UPDATE t SET a = 1', 'UPDATE 3'],
  ['CREATE OR REPLACE TEMP TABLE t (a INT)', 'CREATE TABLE'],
  ['CREATE TABLE t AS SELECT 1', 'SELECT 3'],
  ['CREATE UNIQUE INDEX i ON t (a)', 'CREATE INDEX'],
  ['DROP VIEW IF EXISTS v', 'DROP VIEW'],
  ['CREATE MATERIALIZED VIEW v AS SELECT 1', 'CREATE MATERIALIZED VIEW'],
  ['EXPLAIN SELECT 1', 'EXPLAIN'],
])('%s ends with %s', (sql, tag) => {
  expect(commandTag(statementShape(sql), 3)).toBe(tag);
});
