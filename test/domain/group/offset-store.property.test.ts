import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { loadCoordinatorLog } from '../../../src/app/services/coordinator/coordinator-log-loader.ts';
import type { CoordinatorRecord } from '../../../src/domain/coordinator/coordinator-shard.ts';
import {
  type CommittedOffset,
  decodeOffsetRecord,
  offsetRecord,
} from '../../../src/domain/group/offsets/offset-record.ts';
import { OffsetStore } from '../../../src/domain/group/offsets/offset-store.ts';
import { encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { FakeLog } from '../../app/coordinator/fake-coordinator-topic.ts';

const checksum = new NativeChecksum();
const compression = new NodeCompression();
const IDS = ['AAAAAAAAAAAAAAAAAAAAKg', 'VW5rbm93blRvcGljSWQhIQ', undefined];

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const value: fc.Arbitrary<CommittedOffset> = fc.record({
  offset: int64,
  leaderEpoch: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  metadata: fc.constantFrom('', '', '', 'm', 'größer'),
  commitTimestampMs: int64,
  expireTimestampMs: fc.constantFrom(undefined, undefined, 5n),
  topicId: fc.constantFrom(...IDS),
});
const commit = fc.record({
  groupId: fc.constantFrom('g', 'gg', 'größe', ''),
  topic: fc.constantFrom('t', 'g', 'tt', 'täglich'),
  partition: fc.constantFrom(0, 1, 2, 1_000, 2 ** 31 - 1),
  // Some are tombstones.
  value: fc.option(value, { nil: undefined, freq: 4 }),
});

type Stored = { readonly value: CommittedOffset };

/** What a map of objects would have. */
class Model {
  readonly offsets = new Map<
    string,
    Stored & { groupId: string; topic: string; partition: number }
  >();

  apply(record: CoordinatorRecord): void {
    const { groupId, topic, partition, value: stored } = decodeOffsetRecord(record);
    const key = JSON.stringify([groupId, topic, partition]);
    if (stored === undefined) this.offsets.delete(key);
    else this.offsets.set(key, { groupId, topic, partition, value: stored });
  }
}

/** The store as it is when a coordinator has read the records from its log, and the groups it was told of. */
async function loaded(records: readonly CoordinatorRecord[]) {
  const groups: string[] = [];
  const store = new OffsetStore((groupId) => groups.push(groupId));
  const log = new FakeLog();
  for (let from = 0; from < records.length; from += 7) {
    const some = records.slice(from, from + 7).map((each) => ({ ...each, timestampMs: 1n }));
    log.append(encodeRecordBatch({ records: some }, { checksum, compression }));
  }
  let replayed = 0;
  const count = await loadCoordinatorLog(log, compression, {
    load: (bytes, view, record) => store.load(bytes, view, record),
    replay: (record) => {
      replayed += 1;
      store.loader.forget();
      const offset = decodeOffsetRecord(record);
      if (offset.value !== undefined) groups.push(offset.groupId);
      store.replay(offset);
    },
    replayEndOfTransaction: () => undefined,
  });
  expect(count).toBe(records.length);
  return { store, groups, replayed };
}

test('a store that was loaded has what a map of objects would have', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(commit, { maxLength: 60 }), async (commits) => {
      const records = commits.map((each) =>
        offsetRecord(each.groupId, each.topic, each.partition, each.value),
      );
      const model = new Model();
      for (const record of records) model.apply(record);
      const { store, groups } = await loaded(records);
      for (const { groupId, topic, partition, value: stored } of model.offsets.values()) {
        expect(store.get(groupId, topic, partition)).toEqual(stored);
        expect(groups).toContain(groupId);
      }
      for (const groupId of new Set(commits.map((each) => each.groupId))) {
        const expected = [...model.offsets.values()].filter((each) => each.groupId === groupId);
        const named = ({ topic, partition }: { topic: string; partition: number }) =>
          `${topic} ${partition}`;
        expect([...store.of(groupId)].map(named).sort()).toEqual(expected.map(named).sort());
        expect(store.has(groupId)).toBe(expected.length > 0);
        const lost = expected.filter((each) => each.value.topicId === IDS[0]);
        const found = [...store.lostOf(groupId, (id) => id !== IDS[0])];
        expect(found.map(named).sort()).toEqual(lost.map(named).sort());
      }
    }),
    { numRuns: 300 },
  );
});

test('what a record is said to say is what it says', () => {
  fc.assert(
    fc.property(commit, ({ groupId, topic, partition, value: stored }) => {
      const { key, value: bytes, says } = offsetRecord(groupId, topic, partition, stored);
      expect(says).toEqual(decodeOffsetRecord({ key, value: bytes }));
    }),
  );
});

test('what nearly all commits are like is loaded without being decoded', async () => {
  const usual: CommittedOffset = {
    ...{ offset: 7n, leaderEpoch: 3, metadata: '', commitTimestampMs: 1n },
    ...{ expireTimestampMs: undefined, topicId: IDS[0] },
  };
  const records = Array.from({ length: 2_000 }, (_, n) =>
    offsetRecord(
      `g${n >> 7}`,
      't',
      n & 127,
      n % 3 === 0 ? usual : { ...usual, topicId: undefined },
    ),
  );
  // Groups whose first offset says a topic's id have others without one replayed.
  const { replayed } = await loaded(records.filter((_, n) => n % 3 === 0));
  expect(replayed).toBe(0);
  const without = await loaded(records.filter((_, n) => n % 3 !== 0));
  expect(without.replayed).toBe(0);
});

test('a value that is cut short is no less an error', async () => {
  const record = offsetRecord('g', 't', 0, {
    ...{ offset: 7n, leaderEpoch: 3, metadata: '', commitTimestampMs: 1n },
    ...{ expireTimestampMs: undefined, topicId: IDS[0] },
  });
  const cut = { key: record.key, value: record.value!.subarray(0, 20) };
  await expect(loaded([cut])).rejects.toThrow();
});

test('rows of offsets that are gone are used again', () => {
  const store = new OffsetStore();
  const one: CommittedOffset = {
    ...{ offset: 1n, leaderEpoch: 0, metadata: 'm', commitTimestampMs: 1n },
    ...{ expireTimestampMs: undefined, topicId: undefined },
  };
  store.replay({ groupId: 'g', topic: 't', partition: 0, value: one });
  store.replay({ groupId: 'g', topic: 't', partition: 0, value: undefined });
  store.replay({ groupId: 'h', topic: 'u', partition: 5, value: { ...one, metadata: '' } });
  expect(store.get('h', 'u', 5)).toEqual({ ...one, metadata: '' });
  expect(store.get('g', 't', 0)).toBeUndefined();
});
