import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  NUM_RUNS,
  type RandomList,
  randomBatches,
  randomColumnLists,
  randomLists,
} from './random-events.ts';
import { expectSameRows } from './same-rows.ts';
import { compiled, memoryConnection, rowsOf, StreamRun } from './stream-run.ts';

const EPOCH = `TIMESTAMP '1970-01-01'`;
/** Before a first watermark nothing is late. */
const CLOSED = `coalesce(closed_before, '-infinity')`;

interface WindowKind {
  readonly clause: string;
  /** A table `events` of the rows that are not late, once for each window they are in, with ws and we. */
  readonly rows: string;
  /** Which of the oracle's windows are closed in the end, by the time `$closed`. */
  readonly closed: (closed: string) => string;
  readonly late: string;
}

function hopping(sizeSeconds: number, advanceSeconds: number, clause: string): WindowKind {
  const size = `INTERVAL '${sizeSeconds} seconds'`;
  const start = `time_bucket(INTERVAL '${advanceSeconds} seconds', kafka_timestamp, ${EPOCH})`;
  const steps = Math.ceil(sizeSeconds / advanceSeconds);
  return {
    clause,
    rows: `SELECT * FROM (SELECT *, ${start} - step * INTERVAL '${advanceSeconds} seconds' AS ws, ws + ${size} AS we FROM all_events, range(${steps}) s(step)) WHERE kafka_timestamp < we AND we > ${CLOSED}`,
    closed: (closed) => `we <= ${closed}`,
    late: `${start} + ${size} <= ${CLOSED}`,
  };
}

const SESSION_GAP = `INTERVAL '7 seconds'`;
const islands = `SELECT *, sum(first) OVER (PARTITION BY user_id ORDER BY kafka_timestamp) AS island FROM (
  SELECT *, CASE WHEN kafka_timestamp - lag(kafka_timestamp) OVER (PARTITION BY user_id ORDER BY kafka_timestamp) <= ${SESSION_GAP} THEN 0 ELSE 1 END AS first FROM all_events WHERE kafka_timestamp >= ${CLOSED} AND (KEPT))`;

const KINDS: Record<string, WindowKind> = {
  tumbling: hopping(20, 20, 'WINDOW TUMBLING (20 SECONDS)'),
  'tumbling with grace': hopping(20, 20, 'WINDOW TUMBLING (20 SECONDS, GRACE PERIOD 10 SECONDS)'),
  'seven minutes, aligned to 1970': hopping(420, 420, 'WINDOW TUMBLING (7 MINUTES)'),
  hopping: hopping(20, 5, 'WINDOW HOPPING (SIZE 20 SECONDS, ADVANCE BY 5 SECONDS)'),
  'hopping, not a multiple': hopping(
    20,
    6,
    'WINDOW HOPPING (SIZE 20 SECONDS, ADVANCE BY 6 SECONDS)',
  ),
  session: {
    clause: 'WINDOW SESSION (7 SECONDS)',
    rows: `SELECT *, min(kafka_timestamp) OVER (PARTITION BY user_id, island) AS ws, max(kafka_timestamp) OVER (PARTITION BY user_id, island) + ${SESSION_GAP} AS we FROM (${islands})`,
    closed: (closed) => `we < ${closed}`,
    late: `kafka_timestamp < ${CLOSED}`,
  },
  sliding: {
    clause: 'WINDOW SLIDING (9 SECONDS)',
    rows: `SELECT r.*, e.we - INTERVAL '9 seconds' AS ws, e.we FROM (SELECT DISTINCT user_id, kafka_timestamp AS we FROM all_events WHERE kafka_timestamp >= ${CLOSED} AND (KEPT)) e JOIN all_events r ON r.user_id IS NOT DISTINCT FROM e.user_id AND r.kafka_timestamp BETWEEN e.we - INTERVAL '9 seconds' AND e.we WHERE r.kafka_timestamp >= coalesce(r.closed_before, '-infinity')`,
    closed: (closed) => `we < ${closed}`,
    late: `kafka_timestamp < ${CLOSED}`,
  },
};

function oracle(kind: WindowKind, { text, having, where }: RandomList, condition = 'true'): string {
  const kept = where === '' ? 'true' : where.slice('WHERE '.length);
  const rows = kind.rows.replaceAll('KEPT', kept);
  return `SELECT ws, we, user_id, ${text} FROM (${rows}) events WHERE (${kept}) AND ${condition} GROUP BY ws, we, user_id ${having}`;
}

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await memoryConnection();
});

function streamed({ text, having, where }: RandomList, clause: string): string {
  return `SELECT user_id, ${text} FROM events ${where} GROUP BY user_id ${clause} ${having}`;
}

const options = { partitions: 2, outOfOrdernessMs: 4000 };

async function fed(sql: string, batches: Parameters<StreamRun['feed']>[0][], more: object) {
  const stream = await StreamRun.open(connection, sql, { ...options, ...more });
  for (const rows of batches) await stream.feed(rows);
  return stream;
}

async function count(sql: string): Promise<number> {
  const [row] = await rowsOf(connection, {
    sql: `SELECT count(*) AS n FROM ${sql}`,
    parameters: [],
  });
  return Number(row?.n);
}

const RETENTION_SECONDS = 12;

/** The same window, whose results are kept for some time. */
function kept({ clause }: WindowKind): string {
  return clause.replace(/\)$/, `, RETENTION ${RETENTION_SECONDS} SECONDS)`);
}

/** Which of the oracle's windows are kept in the end. */
function isKept(stream: StreamRun): string {
  const ms = (stream.closedUntil ?? -1e12) - RETENTION_SECONDS * 1000;
  return `we > make_timestamp(${ms * 1000})`;
}

describe.each(Object.entries(KINDS))('%s', (_, kind) => {
  const whole = kind.clause.includes('SLIDING') ? 'both' : 'mergeable';

  test.each([
    [whole, 'changes'],
    ['whole', 'final'],
  ] as const)('%s aggregates in batches are those of all rows (%s)', async (kinds, emit) => {
    await fc.assert(
      fc.asyncProperty(randomBatches(), randomLists(kinds), async (batches, list) => {
        const stream = await fed(`${streamed(list, kind.clause)} EMIT ${emit}`, batches, {});
        const closed = `make_timestamp(${(stream.closedUntil ?? -1e12) * 1000})`;
        const condition = emit === 'final' ? kind.closed(closed) : 'true';
        const expected = await rowsOf(connection, {
          sql: oracle(kind, list, condition),
          parameters: [],
        });
        expectSameRows(await stream.results(), expected);
        expect(stream.late).toBe(await count(`all_events WHERE ${kind.late}`));
        expect(stream.read).toBe(batches.flat().length);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  test.each(['changes', 'final'] as const)('old results go, all else stays (%s)', async (emit) => {
    await fc.assert(
      fc.asyncProperty(randomBatches(), randomLists('mergeable'), async (batches, list) => {
        const sql = `${streamed(list, kept(kind))} EMIT ${emit}`;
        const stream = await fed(sql, batches, { hasOutput: true });
        const closed = `make_timestamp(${(stream.closedUntil ?? -1e12) * 1000})`;
        const condition = emit === 'final' ? kind.closed(closed) : 'true';
        const retained = oracle(kind, list, `${condition} AND ${isKept(stream)}`);
        expectSameRows(
          await stream.results(),
          await rowsOf(connection, { sql: retained, parameters: [] }),
        );
        // What is told does not depend on how long it is kept.
        if (emit === 'changes') return;
        const told = stream.emitted.map(({ kawa_deleted: _deleted, ...row }) => row);
        const all = oracle(kind, list, condition);
        expectSameRows(told, await rowsOf(connection, { sql: all, parameters: [] }));
      }),
      { numRuns: NUM_RUNS },
    );
  });

  test('each closed window is told once, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(randomBatches(), randomLists('both'), async (batches, list) => {
        const sql = streamed(list, kind.clause);
        const stream = await fed(sql, batches, { hasOutput: true });
        expect(stream.plan.emit).toBe('final');
        const told = stream.emitted.map(({ kawa_deleted: _deleted, ...row }) => row);
        expectSameRows(told, await stream.results());
      }),
      { numRuns: NUM_RUNS },
    );
  });

  test('the changes told make up the results', async () => {
    await fc.assert(
      fc.asyncProperty(randomBatches(6), randomLists('mergeable'), async (batches, list) => {
        const sql = `${streamed(list, kind.clause)} EMIT CHANGES`;
        const stream = await fed(sql, batches, { hasOutput: true });
        const table = new Map<string, Record<string, unknown>>();
        for (const { kawa_deleted, ...row } of stream.emitted) {
          const key = JSON.stringify([row.window_start, row.window_end, row.user_id]);
          if (kawa_deleted === true) table.delete(key);
          else table.set(key, row);
        }
        expectSameRows([...table.values()], await stream.results());
      }),
      { numRuns: NUM_RUNS },
    );
  });
});

describe.each(Object.entries(KINDS).filter(([, { clause }]) => /TUMBLING|HOPPING/.test(clause)))(
  '%s, aggregated while it is read',
  (_, kind) => {
    test('results are those of all rows, and so are the counts', async () => {
      await fc.assert(
        fc.asyncProperty(randomBatches(), randomColumnLists(), async (batches, list) => {
          const sql = `${streamed(list, kind.clause)} EMIT CHANGES`;
          const stream = await fed(sql, batches, { compactEvery: 2 });
          expect(stream.plan.stage(['events'])[0]?.sql).toContain('kawa_pane');
          const expected = await rowsOf(connection, { sql: oracle(kind, list), parameters: [] });
          expectSameRows(await stream.results(), expected);
          expect(stream.late).toBe(await count(`all_events WHERE ${kind.late}`));
          expect(stream.read).toBe(batches.flat().length);
        }),
        { numRuns: NUM_RUNS * 3 },
      );
    });

    test('the changes told make up the results, and closed windows are told once', async () => {
      await fc.assert(
        fc.asyncProperty(randomBatches(6), randomColumnLists(), async (batches, list) => {
          const sql = streamed(list, kind.clause);
          const changes = await fed(`${sql} EMIT CHANGES`, batches, { hasOutput: true });
          const table = new Map<string, Record<string, unknown>>();
          for (const { kawa_deleted, ...row } of changes.emitted) {
            const key = JSON.stringify([row.window_start, row.window_end, row.user_id]);
            if (kawa_deleted === true) table.delete(key);
            else table.set(key, row);
          }
          expectSameRows([...table.values()], await changes.results());
          const finals = await fed(sql, batches, { hasOutput: true });
          const told = finals.emitted.map(({ kawa_deleted: _deleted, ...row }) => row);
          expectSameRows(told, await finals.results());
        }),
        { numRuns: NUM_RUNS },
      );
    });
  },
);

test('rows without a time are counted, and in no window', async () => {
  const sql =
    'SELECT user_id, count(*) AS n FROM events GROUP BY user_id WINDOW TUMBLING (20 SECONDS)';
  const stream = await fed(sql, [], {});
  const row = { partition: 1, user: 1, amount: 1, item: null };
  // Beyond the year 9999 a time is none.
  await stream.feed([
    { ...row, timeMs: 1000 },
    { ...row, timeMs: 260_000_000_000_000 },
    { ...row, partition: 0, timeMs: 2000 },
  ]);
  expect(stream.plan.stage(['events'])[0]?.sql).toContain('kawa_pane');
  expect([stream.read, stream.untimed, stream.late]).toEqual([3, 1, 0]);
  expect((await stream.results()).map(({ n }) => n)).toEqual(['2']);
});

test.each([
  ['a condition', 'SELECT count(*) AS n FROM events WHERE amount > 1'],
  ['an expression', 'SELECT sum(amount + 1) AS n FROM events'],
  ['rows that are kept', 'SELECT median(amount) AS n FROM events'],
  ['a table', 'SELECT count(*) AS n FROM events JOIN users ON id = user_id'],
])('with %s rows are staged one by one', async (_, query) => {
  const plan = await compiled(connection, `${query} WINDOW TUMBLING (20 SECONDS)`);
  expect(plan.stage(['events'])[0]?.sql).not.toContain('kawa_pane');
});

test.each(
  ['tumbling', 'hopping', 'hopping, not a multiple'].flatMap((name) => [
    [name, 'changes'] as const,
    [name, 'final'] as const,
  ]),
)('%s windows take late rows in as long as they are kept (%s)', async (name, emit) => {
  const kind = KINDS[name] as WindowKind;
  await fc.assert(
    fc.asyncProperty(randomBatches(), randomLists('mergeable'), async (batches, list) => {
      const sql = `${streamed(list, kept(kind))} EMIT ${emit}`;
      const stream = await fed(sql, batches, { hasOutput: true, late: 'reemit' });
      const closed = `make_timestamp(${(stream.closedUntil ?? -1e12) * 1000})`;
      const condition = emit === 'final' ? kind.closed(closed) : 'true';
      const all = { ...kind, rows: kind.rows.replaceAll(CLOSED, `TIMESTAMP '-infinity'`) };
      const expected = await rowsOf(connection, {
        sql: oracle(all, list, `${condition} AND ${isKept(stream)}`),
        parameters: [],
      });
      expectSameRows(await stream.results(), expected);
      const table = new Map<string, Record<string, unknown>>();
      for (const { kawa_deleted, ...row } of stream.emitted) {
        const key = JSON.stringify([row.window_start, row.user_id]);
        if (kawa_deleted === true) table.delete(key);
        else table.set(key, row);
      }
      const keys = new Set(expected.map(({ ws, user_id }) => JSON.stringify([ws, user_id])));
      const told = [...table].filter(([key]) => keys.has(key)).map(([, row]) => row);
      expectSameRows(told, expected);
    }),
    { numRuns: NUM_RUNS * 2 },
  );
});

test('rows are in results, in open windows or late', async () => {
  const list = { text: 'count(*) AS n', having: '', where: '' };
  await fc.assert(
    fc.asyncProperty(randomBatches(), async (batches) => {
      const sql = `${streamed(list, 'WINDOW TUMBLING (20 SECONDS)')} EMIT FINAL`;
      const stream = await fed(sql, batches, { compactEvery: 2 });
      const total = async (from: string, column: string): Promise<number> => {
        const [row] = await rowsOf(connection, {
          ...{ sql: `SELECT sum(${column}) AS n FROM (${from})`, parameters: [] },
        });
        return Number(row?.n ?? 0);
      };
      const closed = await total(stream.plan.view, 'n');
      const open = await total('FROM main."test.state"', 'kawa_agg0_0');
      expect(closed + open + stream.late).toBe(stream.read);
    }),
    { numRuns: NUM_RUNS },
  );
});
