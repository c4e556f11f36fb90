import { expect, test } from 'vitest';
import { LazyEngine } from '../../../src/app/services/sql/lazy-engine.ts';
import { SqlService } from '../../../src/app/services/sql/sql-service.ts';
import { SqlError } from '../../../src/domain/sql/sql-error.ts';
import type { SqlCursor, SqlEngine, SqlStatement } from '../../../src/ports/sql-engine.ts';

class FakeEngine implements SqlEngine {
  closed = false;
  readonly statements: SqlStatement[] = [];

  async query(statement: SqlStatement) {
    this.statements.push(statement);
    return cursorOf([[1n], [2n]]);
  }

  async encode(statement: SqlStatement) {
    this.statements.push(statement);
    return cursorOf(new Uint8Array(100));
  }

  async describe(statement: SqlStatement) {
    this.statements.push(statement);
    return { parameterTypes: [], columns: [] };
  }

  begin(): Promise<never> {
    return Promise.reject(new Error('it has no transactions'));
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

function cursorOf<Chunk>(data: Chunk): SqlCursor<Chunk> {
  async function* chunks() {
    yield { rowCount: 2, data };
    yield { rowCount: 2, data };
  }
  return { columns: [{ name: 'n', type: 'BIGINT' }], chunks: chunks() };
}

function serviceOf(limits: { rowsMax?: number; bytesMax?: number; timeoutMs?: number } = {}) {
  const engines: FakeEngine[] = [];
  const timers: (() => void)[] = [];
  const service = new SqlService({
    engine: new LazyEngine(async () => {
      const engine = new FakeEngine();
      engines.push(engine);
      return engine;
    }),
    timer: {
      schedule: (_delayMs, callback) => {
        timers.push(callback);
        return () => timers.splice(timers.indexOf(callback), 1);
      },
      afterTurn: (callback) => callback(),
    },
    limits: () => ({ timeoutMs: 1000, rowsMax: 100, bytesMax: 1000, ...limits }),
    transactionsMax: 10,
  });
  return { service, engines, timers };
}

async function all<Chunk>(cursor: SqlCursor<Chunk>): Promise<Chunk[]> {
  const data: Chunk[] = [];
  for await (const chunk of cursor.chunks) data.push(chunk.data);
  return data;
}

test('one engine is opened, by the first statement; one that failed is opened anew', async () => {
  const { service, engines, timers } = serviceOf();
  expect(engines).toHaveLength(0);
  await all(await service.query({ sql: 'SELECT 1' }));
  await all(await service.query({ sql: 'SELECT 2' }));
  expect(engines).toHaveLength(1);
  expect(timers).toHaveLength(0);
  await engines[0]?.close();
  await all(await service.query({ sql: 'SELECT 3' }));
  expect(engines).toHaveLength(2);
  await service.close();
  expect(engines[1]?.closed).toBe(true);
  await expect(service.query({ sql: 'SELECT 4' })).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
});

test('rows and bytes are counted, and a query may ask for less', async () => {
  const { service } = serviceOf({ bytesMax: 150 });
  await expect(service.query({ sql: '', rowsMax: 3 }).then(all)).rejects.toThrow('3 rows');
  await expect(service.encode({ sql: '' }, 'csv').then(all)).rejects.toThrow('150 bytes');
  expect(await service.query({ sql: '', rowsMax: 4 }).then(all)).toHaveLength(2);
  const strict = serviceOf({ rowsMax: 2 });
  await expect(strict.service.query({ sql: '', rowsMax: 9 }).then(all)).rejects.toThrow('2 rows');
});

test('the deadline and the signal of the reader reach the engine', async () => {
  const { service, engines, timers } = serviceOf();
  const controller = new AbortController();
  await service.query({ sql: 'SELECT 1', signal: controller.signal });
  const signal = engines[0]?.statements[0]?.signal as AbortSignal;
  controller.abort();
  expect(signal.reason).toMatchObject({ kind: 'CANCELLED' });
  await service.query({ sql: 'SELECT 2', timeoutMs: 5 });
  timers.at(-1)?.();
  const late = engines[0]?.statements[1]?.signal?.reason as SqlError;
  expect(late).toBeInstanceOf(SqlError);
  expect(late).toMatchObject({ kind: 'DEADLINE', message: 'the query took longer than 5 ms' });
});
