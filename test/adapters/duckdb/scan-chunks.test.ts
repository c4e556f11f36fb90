import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CHUNK_ROWS } from '../../../src/adapters/duckdb/projected-column.ts';
import { ScanChunks } from '../../../src/adapters/duckdb/scan-chunks.ts';
import type { TopicScan } from '../../../src/adapters/duckdb/topic-scan.ts';

/** A scan of records numbered from 0, of two partitions, that fails where it is told to. */
function scanOf(records: number, failsAt = Number.POSITIVE_INFINITY) {
  const seen: number[] = [];
  const record = { partition: 0, offset: -1 };
  const scan = {
    record,
    advance(): boolean {
      if (record.offset + 1 >= failsAt) throw new Error(`no record ${failsAt}`);
      if (record.offset + 1 >= records) return false;
      record.offset += 1;
      record.partition = record.offset < records / 2 ? 0 : 1;
      return true;
    },
  };
  const column = {
    column: undefined,
    take: (row: number, { offset }: { readonly offset: number }) => {
      seen[row] = offset;
    },
  };
  const chunks = new ScanChunks(scan as unknown as TopicScan, [column]);
  return { chunks, record, seen };
}

test.each([true, false])(
  'gives every record once and in order, the engine slow: %s',
  async (slow) => {
    const records = 5 * CHUNK_ROWS + 17;
    const { chunks, seen } = scanOf(records);
    let next = 0;
    const counts = new Map<number, number>();
    for (;;) {
      const rows = chunks.take();
      for (const offset of seen.slice(0, rows)) expect(offset).toBe(next++);
      for (const [partition, count] of chunks.partitions) {
        counts.set(partition, (counts.get(partition) ?? 0) + count);
      }
      if (rows === 0) break;
      if (slow) await nextTurn();
    }
    expect(next).toBe(records);
    expect([...counts.values()].reduce((sum, count) => sum + count)).toBe(records);
    expect(counts.size).toBe(2);
    expect(chunks.take()).toBe(0);
  },
);

test('the next rows are decoded while nobody asks, and no more than those', async () => {
  const { chunks, record } = scanOf(10 * CHUNK_ROWS);
  expect(record.offset).toBe(-1);
  chunks.take();
  expect(record.offset).toBe(CHUNK_ROWS - 1);
  await nextTurn();
  await nextTurn();
  expect(record.offset).toBe(2 * CHUNK_ROWS - 1);
});

test('what is wrong with a record is told to who asks for its chunk', async () => {
  const { chunks } = scanOf(10 * CHUNK_ROWS, CHUNK_ROWS + 3);
  expect(chunks.take()).toBe(CHUNK_ROWS);
  await nextTurn();
  await nextTurn();
  expect(() => chunks.take()).toThrow(`no record ${CHUNK_ROWS + 3}`);
  expect(() => chunks.take()).toThrow(`no record ${CHUNK_ROWS + 3}`);
});
