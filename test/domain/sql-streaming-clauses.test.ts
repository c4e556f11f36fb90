import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqlError } from '../../src/domain/sql/sql-error.ts';
import { intervalMs } from '../../src/domain/sql/streaming/interval.ts';
import { liftStreamingClauses } from '../../src/domain/sql/streaming/streaming-clauses.ts';

const hopping = (sizeMs: number, advanceMs = sizeMs) => ({ kind: 'hopping', sizeMs, advanceMs });

test.each([
  ['WINDOW TUMBLING (INTERVAL 1 MINUTE)', { window: hopping(60_000) }],
  ["window tumbling(interval '1 minute')", { window: hopping(60_000) }],
  ["WINDOW TUMBLING (INTERVAL '1' MINUTE)", { window: hopping(60_000) }],
  ['WINDOW TUMBLING (1 MINUTE)', { window: hopping(60_000) }],
  [
    'WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 10 MINUTES)',
    { window: hopping(3_600_000), graceMs: 600_000 },
  ],
  [
    'WINDOW TUMBLING (INTERVAL 1 MINUTE, RETENTION INTERVAL 7 DAYS)',
    { window: hopping(60_000), retentionMs: 604_800_000 },
  ],
  ['WINDOW HOPPING (SIZE 1 MINUTE, ADVANCE BY 10 SECONDS)', { window: hopping(60_000, 10_000) }],
  ['WINDOW HOPPING (ADVANCE BY 10 SECONDS, SIZE 1 MINUTE)', { window: hopping(60_000, 10_000) }],
  [
    "WINDOW HOPPING (INTERVAL '1 minute', INTERVAL '10' SECOND)",
    { window: hopping(60_000, 10_000) },
  ],
  ['WINDOW SESSION (30 SECONDS)', { window: { kind: 'session', gapMs: 30_000 } }],
  ['WINDOW SLIDING (INTERVAL 1 DAY)', { window: { kind: 'sliding', sizeMs: 86_400_000 } }],
  ['GRACE PERIOD 5 SECONDS', { graceMs: 5000 }],
  ['EMIT CHANGES', { emit: 'changes' }],
  ['EMIT FINAL', { emit: 'final' }],
  ['EMIT ON WINDOW CLOSE', { emit: 'final' }],
  ['JOIN o WITHIN 1 HOUR ON true', { within: { beforeMs: 3_600_000, afterMs: 3_600_000 } }],
  ['JOIN o WITHIN (1 HOUR, 2 HOURS) ON x', { within: { beforeMs: 3_600_000, afterMs: 7_200_000 } }],
  ['WINDOW/* a */TUMBLING -- b\n(1 /* c */ MINUTE)', { window: hopping(60_000) }],
])('%s is lifted, and all else stays where it was', (clause, lifted) => {
  const sql = `SELECT x FROM t ${clause} GROUP BY x`;
  const result = liftStreamingClauses(sql);
  const { sql: rest, original, windowAt: _, emitAt: _at, retentionAt: _kept, ...found } = result;
  expect(found).toEqual(lifted);
  expect(original).toBe(sql);
  expect(rest).toHaveLength(sql.length);
  expect(rest.indexOf('GROUP')).toBe(sql.indexOf('GROUP'));
  expect(rest).not.toMatch(/TUMBLING|HOPPING|SLIDING|SESSION|EMIT|GRACE|WITHIN/i);
});

test.each([
  'SELECT sum(x) OVER session FROM t WINDOW session AS (PARTITION BY y)',
  'SELECT sum(x) OVER tumbling FROM t WINDOW w AS (ORDER BY y), tumbling AS (ORDER BY z)',
  "SELECT 'WINDOW TUMBLING (1 MINUTE)' FROM t",
  'SELECT * FROM t -- EMIT CHANGES',
  'SELECT * FROM t /* EMIT FINAL */',
  'SELECT $$EMIT FINAL$$ FROM "WINDOW TUMBLING (1 MINUTE)"',
  'SELECT * FROM t WHERE x IN (SELECT y FROM u WINDOW TUMBLING (1 MINUTE))',
  'SELECT emit, changes FROM emit AS within',
  'SELECT window FROM t',
])('%s stays as it is', (sql) => {
  expect(liftStreamingClauses(sql)).toEqual({ sql, original: sql });
});

test.each([
  [
    "FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY x",
    "TUMBLE(t,DESCRIPTOR(ts),INTERVAL'1'MINUTE)",
  ],
  ['FROM TABLE(HOP(DATA => TABLE t, x => 1)) AS q', 'HOP(DATA=>t,x=>1)ASq'],
])('%s loses the words TABLE', (sql, bare) => {
  const { sql: rest } = liftStreamingClauses(`SELECT 1 ${sql}`);
  expect(rest).toHaveLength(`SELECT 1 ${sql}`.length);
  expect(rest.replaceAll(/\s/g, '')).toContain(bare);
  expect(rest).not.toMatch(/\bTABLE\b/);
});

test.each([
  ['WINDOW TUMBLING (INTERVAL 1 MONTH)', /no fixed length/, 34],
  ['WINDOW TUMBLING ()', /no size/, 24],
  ['WINDOW TUMBLING (0 SECONDS)', /longer than nothing/, 24],
  ['WINDOW TUMBLING (1 MINUTE, 2 MINUTES)', /has one interval/, 24],
  ['WINDOW HOPPING (1 MINUTE)', /ADVANCE BY/, 24],
  ['WINDOW HOPPING (1 MINUTE, 2 MINUTES)', /leave rows out/, 24],
  ['WINDOW TUMBLING (soon)', /interval is expected/, 34],
  ['WINDOW TUMBLING (1 MINUTE', /no closing/, 17],
  ['WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 7 MONTHS)', /no fixed length/, 59],
  ['WINDOW SESSION (1 MINUTE, RETENTION 1 DAY, RETENTION 1 DAY)', /RETENTION stands twice/, 60],
  ['JOIN o WITHIN (1 DAY', /one or two intervals/, 31],
  ['JOIN o WITHIN () ON x', /one or two intervals/, 31],
  ['JOIN o WITHIN (1 DAY, 1 DAY, 1 DAY) ON x', /one or two intervals/, 31],
  ['EMIT CHANGES EMIT FINAL', /EMIT stands twice/, 30],
  ['WINDOW TUMBLING (1 DAY) WINDOW SESSION (1 DAY)', /WINDOW stands twice/, 41],
])('%s is refused with its place', (clause, message, column) => {
  let error: unknown;
  try {
    liftStreamingClauses(`SELECT x FROM t ${clause}`);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SqlError);
  expect((error as SqlError).message).toMatch(message);
  expect((error as SqlError).position).toEqual({ line: 1, column });
});

test.each([
  ['INTERVAL 1 MINUTE', 60_000],
  ["INTERVAL '1 hour 30 minutes'", 5_400_000],
  ["'2 days'", 172_800_000],
  ["INTERVAL '00:01:30'", 90_000],
  ['1.5 seconds', 1500],
  ['500 ms', 500],
  ["INTERVAL '1' QUARTER", 'calendar'],
  ['1 year', 'calendar'],
  ['1', 'syntax'],
  ['minute', 'syntax'],
  ['1 minute or so', 'syntax'],
  ['1 microsecond', 'syntax'],
])('%s is %s ms', (text, length) => {
  expect(intervalMs(text)).toBe(length);
});

test('any text is taken or refused with an SqlError', () => {
  const piece = fc.constantFrom(
    ...['SELECT', 'FROM', 't', 'WINDOW', 'TUMBLING', 'HOPPING', 'SESSION', '(', ')', ',', 'SIZE'],
    ...['ADVANCE', 'BY', '1', 'MINUTE', 'INTERVAL', "'1 day'", 'GRACE', 'PERIOD', 'EMIT', 'FINAL'],
    ...['WITHIN', 'TABLE', 'TUMBLE', '"', "'", '--', '/*', '$$', '\n', 'é', '😀'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const sql = `SELECT x FROM ${pieces.join(' ')}`;
      try {
        expect(liftStreamingClauses(sql).sql).toHaveLength(sql.length);
      } catch (error) {
        expect(error).toBeInstanceOf(SqlError);
      }
    }),
    { numRuns: 500 },
  );
});
