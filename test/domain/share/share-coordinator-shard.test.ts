import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CoordinatorRecord } from '../../../src/domain/coordinator/coordinator-shard.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { combineStateBatches, type StateBatch } from '../../../src/domain/share/state-batch.ts';
import { ShareCoordinatorShard } from '../../../src/domain/share-coordinator/share-coordinator-shard.ts';
import type {
  ReadStateAnswer,
  StateAnswer,
} from '../../../src/domain/share-coordinator/share-state-messages.ts';
import { decodeShareStateRecord } from '../../../src/domain/share-coordinator/share-state-records.ts';

const KEY = { groupId: 'g', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const acknowledged = (first: number, last: number, deliveryCount = 1): StateBatch => ({
  firstOffset: BigInt(first),
  lastOffset: BigInt(last),
  state: 'acknowledged',
  deliveryCount,
});

/** A shard whose storage is moved by hand. */
class Harness {
  readonly stored: { record: CoordinatorRecord; offset: bigint }[] = [];
  readonly appends: {
    records: readonly CoordinatorRecord[];
    stored: (error: KafkaError | undefined) => void;
  }[] = [];
  timers = new Map<string, () => void>();
  now = 1_000;
  topicExists = true;
  shard: ShareCoordinatorShard;
  private readonly updatesPerSnapshot: number;

  constructor(updatesPerSnapshot = 3) {
    this.updatesPerSnapshot = updatesPerSnapshot;
    this.shard = this.newShard();
    this.shard.loaded();
  }

  private newShard(): ShareCoordinatorShard {
    return new ShareCoordinatorShard(
      {
        nowMs: () => this.now,
        uuid: () => '',
        append: (records, stored) => this.appends.push({ records, stored }),
        schedule: (key, _delay, fire) => this.timers.set(key, fire),
        cancel: () => {},
      },
      { updatesPerSnapshot: this.updatesPerSnapshot, coldSnapshotIntervalMs: 300_000 },
      () => this.topicExists,
    );
  }

  /** Everything the log has, read again. */
  restarted(): ShareCoordinatorShard {
    const shard = this.newShard();
    for (const { record, offset } of this.stored) {
      if (offset >= this.shard.redundantBefore) shard.replay(record, 'loading', undefined, offset);
    }
    return shard;
  }

  settle(error?: KafkaError): void {
    for (let append = this.appends.shift(); append !== undefined; append = this.appends.shift()) {
      if (error === undefined) {
        for (const record of append.records) {
          const offset = BigInt(this.stored.length);
          this.stored.push({ record, offset });
          this.shard.replay(record, 'committed', undefined, offset);
        }
      }
      append.stored(error);
    }
  }

  start(stateBatches: StateBatch[], startOffset = 0, overrides = {}): { answer?: StateAnswer } {
    const box: { answer?: StateAnswer } = {};
    const command = {
      ...{ stateEpoch: 1, leaderEpoch: 0, deliveryCompleteCount: 0 },
      ...{ startOffset: BigInt(startOffset), stateBatches },
      ...overrides,
    };
    this.shard.write(KEY, command, (answer) => {
      box.answer = answer;
    });
    return box;
  }

  write(stateBatches: StateBatch[], startOffset = 0, overrides = {}): StateAnswer | undefined {
    const box = this.start(stateBatches, startOffset, overrides);
    this.settle();
    return box.answer;
  }

  initialize(startOffset = 0, stateEpoch = 1): StateAnswer | undefined {
    let answer: StateAnswer | undefined;
    this.shard.initialize(KEY, { stateEpoch, startOffset: BigInt(startOffset) }, (given) => {
      answer = given;
    });
    this.settle();
    return answer;
  }

  read(leaderEpoch = 0, shard = this.shard): ReadStateAnswer {
    let answer: ReadStateAnswer | undefined;
    shard.read(KEY, leaderEpoch, (given) => {
      answer = given;
    });
    this.settle();
    return answer as ReadStateAnswer;
  }

  kinds(): string[] {
    return this.stored.map(({ record }) => decodeShareStateRecord(record)?.kind ?? 'unknown');
  }
}

describe('a state', () => {
  test('has to be initialized before it is read or written', () => {
    const h = new Harness();
    expect(h.write([acknowledged(0, 1)])?.error).toBe('INVALID_REQUEST');
    expect(h.read().error).toBe('INVALID_REQUEST');
    expect(h.shard.summary(KEY)).toMatchObject({ error: 'NONE', startOffset: -1n });
    expect(h.initialize(-1)?.error).toBe('NONE');
    expect(h.read().state).toMatchObject({ startOffset: -1n, stateEpoch: 1, stateBatches: [] });
    expect(h.shard.summary(KEY)).toMatchObject({ startOffset: -1n, deliveryCompleteCount: -1 });
  });

  test('is a snapshot, updates, and another snapshot when there are enough of them', () => {
    const h = new Harness(3);
    h.initialize();
    for (let i = 0; i < 5; i += 1) h.write([acknowledged(10 * i, 10 * i + 4)]);
    expect(h.kinds()).toEqual(['snapshot', 'update', 'update', 'update', 'snapshot', 'update']);
    expect(h.shard.redundantBefore).toBe(4n);
    expect(h.read(0, h.restarted()).state?.stateBatches).toEqual(
      [0, 1, 2, 3, 4].map((i) => acknowledged(10 * i, 10 * i + 4)),
    );
  });

  test('writes that wait for one on its way become one record', () => {
    const h = new Harness(0);
    h.initialize();
    const boxes = [0, 1, 2].map((i) => h.start([acknowledged(2 * i, 2 * i)]));
    expect(h.appends).toHaveLength(1);
    h.settle();
    expect(boxes.map(({ answer }) => answer?.error)).toEqual(['NONE', 'NONE', 'NONE']);
    expect(h.kinds()).toEqual(['snapshot', 'snapshot', 'snapshot']);
    expect(h.read().state?.stateBatches).toHaveLength(3);
  });

  test('a write that cannot be stored changes nothing', () => {
    const h = new Harness();
    h.initialize();
    const box = h.start([acknowledged(0, 4)]);
    h.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
    expect(box.answer?.error).toBe('KAFKA_STORAGE_ERROR');
    expect(h.read().state?.stateBatches).toEqual([]);
    expect(h.write([acknowledged(0, 4)])?.error).toBe('NONE');
  });

  test('earlier epochs are fenced', () => {
    const h = new Harness();
    h.initialize(0, 2);
    expect(h.write([], 0, { stateEpoch: 1 })?.error).toBe('FENCED_STATE_EPOCH');
    expect(h.read(5).error).toBe('NONE');
    expect(h.write([], 0, { stateEpoch: 2, leaderEpoch: 4 })?.error).toBe('FENCED_LEADER_EPOCH');
    expect(h.read(4).error).toBe('FENCED_LEADER_EPOCH');
    expect(h.initialize(0, 1)?.error).toBe('FENCED_STATE_EPOCH');
    expect(h.initialize(7, 3)?.error).toBe('NONE');
    expect(h.read(5).state).toMatchObject({ startOffset: 7n, stateEpoch: 3, stateBatches: [] });
  });

  test('the start offset and what is counted from it do not go back', () => {
    const h = new Harness();
    h.initialize(5);
    h.write([acknowledged(5, 9)], 5, { deliveryCompleteCount: 5 });
    h.write([], 10, { deliveryCompleteCount: 0 });
    h.write([], 5, { deliveryCompleteCount: 5 });
    expect(h.shard.summary(KEY)).toMatchObject({ startOffset: 10n, deliveryCompleteCount: 0 });
    expect(h.read().state?.stateBatches).toEqual([]);
  });

  test('of a deleted topic is not kept', () => {
    const h = new Harness();
    h.initialize();
    h.topicExists = false;
    expect(h.write([])?.error).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    h.shard.onTopicsDeleted(new Set([KEY.topicId]));
    h.settle();
    expect(h.kinds()).toEqual(['snapshot', 'tombstone']);
    expect(h.read().error).toBe('INVALID_REQUEST');
  });

  test('that is not written any more is snapshotted anew, so that the log can be pruned', () => {
    const h = new Harness();
    h.initialize();
    h.write([acknowledged(0, 4)]);
    h.now += 300_000;
    h.timers.get('cold snapshots')?.();
    h.settle();
    expect(h.kinds()).toEqual(['snapshot', 'update', 'snapshot']);
    expect(h.shard.redundantBefore).toBe(2n);
    h.now += 300_000;
    h.timers.get('cold snapshots')?.();
    expect(h.appends).toEqual([]);
  });
});

test('a restart at any time, on a log pruned as far as it may be, knows what was answered', () => {
  const batch = fc
    .record({ first: fc.nat(30), size: fc.integer({ min: 1, max: 6 }), count: fc.nat(3) })
    .map(({ first, size, count }) => acknowledged(first, first + size - 1, count + 1));
  const write = fc.record({ batches: fc.array(batch, { maxLength: 3 }), wait: fc.boolean() });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 30 }), fc.nat(4), (writes, updatesPerSnapshot) => {
      const h = new Harness(updatesPerSnapshot);
      h.initialize();
      let expected: StateBatch[] = [];
      for (const { batches, wait } of writes) {
        h.start(batches);
        expected = combineStateBatches(expected, batches, 0n);
        if (wait) h.settle();
      }
      h.settle();
      expect(h.read(0, h.restarted()).state?.stateBatches).toEqual(expected);
      expect(h.read().state?.stateBatches).toEqual(expected);
    }),
  );
});
