import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { CoordinatorRecord } from '../../../src/domain/coordinator/coordinator-shard.ts';
import {
  decodeOffsetRecord,
  offsetRecord,
} from '../../../src/domain/group/offsets/offset-record.ts';
import { hex, readVectors, unhex, type Vector } from '../../protocol/vector-checker.ts';
import { GroupHarness } from './group-harness.ts';

const file = new URL('../../protocol/golden/coordinator-records.jsonl.gz', import.meta.url);
const vectors = readVectors(fileURLToPath(file));
const keys = vectors.filter(({ kind }) => kind === 'coordinator-key');
const values = vectors.filter(({ kind }) => kind === 'coordinator-value');

const bytesOf = (vector: Vector) => unhex(vector.hex);

/** Every value with every key of its type, and a tombstone for each key. */
function* records(): Iterable<CoordinatorRecord & { readonly name: string }> {
  for (const key of keys) {
    const name: string = key.name.replace(/Key$/, '');
    yield { name, key: bytesOf(key), value: null };
    for (const value of values) {
      if (value.name === `${name}Value`) yield { name, key: bytesOf(key), value: bytesOf(value) };
    }
  }
}

// The other topics' records have types of their own, which overlap with these.
const OTHER_TOPICS = ['TransactionLog', 'ShareSnapshot', 'ShareUpdate'];

test("Kafka's records of every version load", () => {
  const h = new GroupHarness();
  for (const { name, key, value } of records()) {
    if (!OTHER_TOPICS.includes(name)) h.shard.replay({ key, value }, 'loading');
  }
  h.shard.loaded();
  expect(h.shard.listGroups().length).toBeGreaterThan(0);
});

test('an offset has the version that holds what it has', () => {
  for (const { name, key, value } of records()) {
    if (name !== 'OffsetCommit' || value === null) continue;
    const decoded = decodeOffsetRecord({ key, value });
    const { groupId, topic, partition } = decoded;
    const again = offsetRecord(groupId, topic, partition, decoded.value);
    expect(hex(again.key)).toBe(hex(key));
    expect(decodeOffsetRecord(again)).toEqual(decoded);
    const version = (bytes: Uint8Array | null) => bytes?.[1];
    if ([3, 4].includes(version(value) ?? -1) && decoded.value?.topicId !== undefined) {
      expect(version(again.value)).toBe(4);
    }
  }
});
