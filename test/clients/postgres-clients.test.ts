import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../src/index.ts';
import { startTestBroker } from '../../src/testing/index.ts';
import { available, type ClientRun, run } from './run-client.ts';

let broker: Broker;
let folder: string;

async function psql(...commands: readonly string[]): Promise<ClientRun> {
  const args = ['--no-psqlrc', '--no-align', '-v', 'ON_ERROR_STOP=1', broker.postgresUrl as string];
  return run('psql', [...args, ...commands.flatMap((command) => ['-c', command])]);
}

async function output(...commands: readonly string[]): Promise<string> {
  const { code, output: text, errors } = await psql(...commands);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return text;
}

describe.skipIf(!available('psql', 'psql'))('psql', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kawadb-psql-'));
    broker = await startTestBroker({
      topics: { 'user-events': {}, orders: {} },
      settings: { 'postgres.enabled': true, 'postgres.bind_port': 0 },
    });
    await broker.produceBatch(
      'user-events',
      Array.from({ length: 3000 }, (_, id) => ({ value: JSON.stringify({ id, tags: ['a'] }) })),
    );
    await broker.sql('CREATE TABLE users (id BIGINT PRIMARY KEY, price DECIMAL(8, 2) DEFAULT 1)');
    await broker.sql('CREATE VIEW clicks AS SELECT id FROM "user-events"');
    await broker.sql('CREATE MACRO twice(x) AS 2 * x');
    await broker.sql(
      'CREATE MATERIALIZED VIEW totals AS SELECT id % 2 AS odd, count(*) AS n FROM "user-events" GROUP BY odd',
    );
  });
  afterAll(async () => {
    await broker.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('lists tables, views, schemas, databases and functions', async () => {
    const relations = ['orders|table', 'user-events|table', 'users|table'];
    for (const command of ['\\dt', '\\d', '\\dt+', '\\dt public.*']) {
      const text = await output(command);
      for (const line of relations) expect(text).toContain(`public|${line}|kawadb`);
    }
    expect(await output('\\dv')).toContain('public|clicks|view|kawadb');
    expect(await output('\\dt ord*')).not.toContain('users');
    expect(await output('\\dn', '\\dn+')).toContain('public|kawadb');
    expect(await output('\\l', '\\l+')).toContain('kawadb|kawadb|UTF8');
    expect(await output('\\dm')).toContain('public|totals|materialized view|kawadb');
    expect(await output('\\d totals')).toContain('n|bigint|||');
    expect(await output('\\dt *.*', '\\dn')).not.toContain('streams');
    expect(await output('\\df')).toContain('public|twice|any|x|func');
    expect(await output('\\di')).toContain('users_id_pkey|index');
    const quiet = [
      '\\du',
      '\\dT',
      '\\dp',
      '\\db',
      '\\dx',
      '\\sv clicks',
      '\\dC',
      '\\dO',
      '\\do',
      '\\ddp',
    ];
    await output(...quiet);
  });

  test('describes a topic, a table and a view', async () => {
    const topic = await output('\\d "user-events"');
    expect(topic).toContain('Table "public.user-events"');
    expect(topic).toContain('kafka_timestamp|timestamp without time zone|||');
    expect(topic).toContain('id|bigint|||');
    expect(topic).toContain('tags|text[]|||');
    const table = await output('\\d users');
    expect(table).toContain('id|bigint||not null|');
    expect(table).toContain('price|numeric(8,2)');
    expect(table).toContain('"users_id_pkey" PRIMARY KEY, art ("id")');
    expect(await output('\\d+ clicks')).toContain('SELECT id FROM "user-events"');
    expect((await psql('\\d nothing')).errors).toContain('Did not find any relation');
  });

  test('completes names', async () => {
    // What psql 15 asks when Tab is pressed after FROM, and after a table's name.
    const tables = `SELECT pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c
      WHERE c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p') AND (pg_catalog.quote_ident(c.relname)) LIKE 'or%'
      AND pg_catalog.pg_table_is_visible(c.oid) AND c.relnamespace <> (SELECT oid FROM pg_catalog.pg_namespace
      WHERE nspname = 'pg_catalog')`;
    expect(await output(tables)).toContain('orders');
    const columns = `SELECT pg_catalog.quote_ident(attname) FROM pg_catalog.pg_attribute a, pg_catalog.pg_class c
      WHERE c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped AND (pg_catalog.quote_ident(attname)) LIKE 'kafka\\_%'
      AND c.relname = 'user-events' AND pg_catalog.pg_table_is_visible(c.oid)`;
    expect(await output(columns)).toContain('(3 rows)');
  });

  test('runs scripts, cursors and copies', async () => {
    const script = join(folder, 'script.sql');
    const copy = join(folder, 'copy.csv');
    await writeFile(
      script,
      `\\set FETCH_COUNT 500
       SELECT id FROM "user-events";
       \\copy (SELECT id, 'a,b' AS text FROM user_events LIMIT 2) TO '${copy}' CSV HEADER
       COPY (SELECT 1, NULL, 'tab\there') TO STDOUT;
       PREPARE is_not_there AS SELECT 1;`,
    );
    const args = ['--no-psqlrc', '-A', '-t', broker.postgresUrl as string, '-f', script];
    const { output: text, errors } = await run('psql', args);
    const lines = text.trimEnd().split('\n');
    expect(lines.slice(0, 3000).map(Number)).toEqual(Array.from({ length: 3000 }, (_, id) => id));
    expect(lines.at(-1)).toBe('1\t\\N\ttab\\there');
    expect(await readFile(copy, 'utf8')).toBe('id,text\n0,"a,b"\n1,"a,b"\n');
    expect(errors).toContain('ERROR');
  });

  test('shows where an error is', async () => {
    const { errors } = await psql('SELECT 1,\n  nothing FROM user_events');
    expect(errors).toContain('LINE 2:   nothing FROM user_events\n          ^');
  });

  test('runs transactions, with its own handling of errors in them', async () => {
    const script = join(folder, 'transactions.sql');
    await writeFile(
      script,
      `CREATE TABLE moved (n INTEGER);
       BEGIN; INSERT INTO moved VALUES (1); ROLLBACK;
       BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO moved VALUES (2);
       \\d moved
       COMMIT;
       BEGIN; INSERT INTO moved VALUES (3); SELECT nothing; SELECT 1; COMMIT;
       \\set AUTOCOMMIT off
       INSERT INTO moved VALUES (4);
       ROLLBACK;
       SELECT 'kept', n FROM moved;`,
    );
    const args = ['--no-psqlrc', '-A', '-t', broker.postgresUrl as string, '-f', script];
    const { output: text, errors } = await run('psql', args);
    expect(text.split('\n').filter((line) => line.startsWith('kept'))).toEqual(['kept|2']);
    expect(errors).toContain('current transaction is aborted');
    // --single-transaction is BEGIN and COMMIT around all of it.
    const single = ['-1', '-v', 'ON_ERROR_STOP=1', broker.postgresUrl as string];
    await run('psql', [
      '--no-psqlrc',
      ...single,
      '-c',
      'DELETE FROM moved',
      '-c',
      'SELECT nothing',
    ]);
    expect(await output('SELECT count(*) AS n FROM moved')).toContain('1');
    expect(await broker.sql('SELECT n FROM moved')).toEqual([{ n: 2 }]);
    await broker.sql('DROP TABLE moved');
  });

  test('Ctrl-C ends a statement', async () => {
    const endless = 'SELECT count(*) FROM range(100000000000) a, range(99999) b';
    const commands = ['-c', '\\! echo ready', '-c', endless];
    const child = spawn('psql', ['--no-psqlrc', broker.postgresUrl as string, ...commands]);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    await once(child.stdout, 'data');
    // Now it runs; a signal that comes before the statement does is no request to cancel it.
    const again = setInterval(() => child.kill('SIGINT'), 100);
    await once(child, 'close');
    clearInterval(again);
    expect(errors).toContain('the query was cancelled');
  });

  test("answers the queries of Grafana's data source", async () => {
    const tables = `select quote_ident(table_name) as "table" from information_schema.tables
      where quote_ident(table_schema) not in ('information_schema', 'pg_catalog', '_timescaledb_cache')
      and quote_ident(table_schema) IN (SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
        FROM generate_series(array_lower(string_to_array(current_setting('search_path'),','),1),
          array_upper(string_to_array(current_setting('search_path'),','),1)) as i,
        string_to_array(current_setting('search_path'),',') s) order by 1`;
    expect(await output(tables)).toBe(
      'table\n"user-events"\nclicks\norders\ntotals\nusers\n(5 rows)\n',
    );
    const columns = `select quote_ident(column_name) as "column", data_type as "type" from information_schema.columns
      where quote_ident(table_name) = '"user-events"'`;
    expect(await output(columns)).toContain('kafka_timestamp|timestamp without time zone');
    const version = `SELECT current_setting('server_version_num')::int/100 as version`;
    expect(await output(version)).toContain('1500');
    expect(
      await output("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"),
    ).toContain('(0 rows)');
    const series = `SELECT floor(extract(epoch from kafka_timestamp)/60)*60 AS "time", avg(id) AS "id" FROM "user-events"
      WHERE kafka_timestamp BETWEEN '2020-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z' GROUP BY 1 ORDER BY 1 LIMIT 50`;
    expect(await output(series)).toContain('1499.5');
  });

  test('answers what the JDBC driver asks for its metadata', async () => {
    const tables = `SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME,
      CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema' WHEN true THEN 'SYSTEM TABLE'
        WHEN false THEN CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' ELSE NULL END ELSE NULL END AS TABLE_TYPE,
      d.description AS REMARKS FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c
      LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0 and d.classoid = 'pg_class'::regclass)
      WHERE c.relnamespace = n.oid AND c.relname LIKE 'user%' AND (false OR (c.relkind = 'r' AND n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema')) ORDER BY TABLE_TYPE, TABLE_SCHEM, TABLE_NAME`;
    expect(await output(tables)).toContain('|public|user-events|TABLE|\n|public|users|TABLE|\n');
    const columns = `SELECT * FROM (SELECT n.nspname,c.relname,a.attname,a.atttypid,a.attnotnull OR (t.typtype = 'd' AND
      t.typnotnull) AS attnotnull,a.atttypmod,a.attlen,t.typtypmod,row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum)
      AS attnum, nullif(a.attidentity, '') as attidentity,nullif(a.attgenerated, '') as attgenerated,
      pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc,dsc.description,t.typbasetype,t.typtype FROM pg_catalog.pg_namespace n
      JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid) JOIN pg_catalog.pg_attribute a ON (a.attrelid=c.oid)
      JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid) LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid=def.adrelid AND
      a.attnum = def.adnum) LEFT JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid)
      LEFT JOIN pg_catalog.pg_class dc ON (dc.oid=dsc.classoid AND dc.relname='pg_class')
      LEFT JOIN pg_catalog.pg_namespace dn ON (dc.relnamespace=dn.oid AND dn.nspname='pg_catalog')
      WHERE c.relkind in ('r','p','v','f','m') and a.attnum > 0 AND NOT a.attisdropped AND c.relname LIKE 'user-events') c
      WHERE true ORDER BY nspname,c.relname,attnum`;
    expect(await output(columns)).toContain('public|user-events|id|20|f|-1|8|-1|7|');
    const keys = `select a.attname, format_type(a.atttypid, a.atttypmod) from pg_index i join pg_attribute a
      on a.attrelid = i.indrelid and a.attnum = any(i.indkey) where i.indrelid = 'public.users'::regclass and i.indisprimary`;
    expect(await output(keys)).toContain('id|bigint');
  });
});
