import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { EngineSyntaxPrinter, parseStreamQuery } from '../../src/adapters/duckdb/stream-syntax.ts';
import { splitStatements } from '../../src/domain/sql/statements.ts';
import { compileStream } from '../../src/domain/sql/streaming/compile-stream.ts';
import type { KnownRelation } from '../../src/domain/sql/streaming/stream-catalog.ts';
import { liftStreamingClauses } from '../../src/domain/sql/streaming/streaming-clauses.ts';
import { streamingCommandOf } from '../../src/domain/sql/streaming/streaming-ddl.ts';

const TEXT = readFileSync(new URL('../../docs/streaming-sql.md', import.meta.url), 'utf8');

const RECORD = 'kafka_partition INTEGER, kafka_offset BIGINT, kafka_timestamp TIMESTAMP';
/** What the examples read, as tables with the columns of the relations they would have. */
const RELATIONS: Record<string, string> = {
  orders: `${RECORD}, order_id BIGINT, user_id BIGINT, amount DOUBLE, placed_at TIMESTAMP`,
  clicks: `${RECORD}, user_id BIGINT, page VARCHAR, button VARCHAR, duration_ms BIGINT`,
  purchases: `${RECORD}, user_id BIGINT, order_id BIGINT`,
  customers: 'id BIGINT, country VARCHAR',
};

test('every view of docs/streaming-sql.md compiles to statements that run', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const catalog = new Map<string, KnownRelation>();
  for (const [name, definition] of Object.entries(RELATIONS)) {
    await connection.run(`CREATE TABLE ${name} (${definition})`);
    const columns = definition.split(', ').map((column) => column.split(' ')[0] ?? '');
    const eventTime = name === 'orders' ? 'placed_at' : 'kafka_timestamp';
    const stream = { topic: name, columns, eventTime, outOfOrdernessMs: 0 };
    const isTable = name === 'customers';
    catalog.set(name, isTable ? { kind: 'table', columns } : { kind: 'stream', ...stream });
  }
  const blocks = [...TEXT.matchAll(/^```sql\n(.*?)^```/gms)].map(([, text = '']) => text);
  const types: string[] = [];
  for (const sql of blocks.flatMap((text) => splitStatements(text).statements)) {
    const command = streamingCommandOf(sql);
    if (command === undefined) continue;
    types.push(command.type);
    if (command.type !== 'create-materialized-view') continue;
    const query = liftStreamingClauses(command.query);
    const plan = await compileStream({
      ...{ query, select: await parseStreamQuery(connection, query) },
      ...{ stream: command.name, schema: 'main', late: command.options.late ?? 'drop' },
      catalog: { find: (name) => catalog.get(name) },
      printer: new EngineSyntaxPrinter(connection),
      hasOutput: command.options.topic !== undefined,
    });
    const relations = plan.sources.map(({ topic }) => topic);
    const statements = [...plan.setUp(relations), ...plan.stage(relations), plan.measure(0)];
    const range = { before: 0, after: 10 ** 12 };
    for (const { sql: text, parameters } of [...statements, ...plan.apply(range)]) {
      await connection.run(text, [...parameters]);
    }
    await connection.run(plan.view);
  }
  expect(types.filter((type) => type === 'create-materialized-view').length).toBeGreaterThan(9);
  expect(types).toContain('create-stream');
});
