import { describe, expect, test } from 'vitest';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { CoordinatorPartition } from '../../../src/app/services/coordinator/coordinator-partition.ts';
import type {
  CoordinatorContext,
  CoordinatorRecord,
  CoordinatorShard,
} from '../../../src/domain/coordinator/coordinator-shard.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import type { CompressionType } from '../../../src/domain/record/compression.ts';
import { encodeEndTransactionMarker } from '../../../src/domain/record/control-record.ts';
import { crc32c } from '../../../src/domain/record/crc32c.ts';
import { encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { FakeLog, FakeTime, noCompression, turn } from './fake-coordinator-topic.ts';

/** Remembers what it was told. */
class Notes implements CoordinatorShard {
  readonly told: string[] = [];
  readonly context: CoordinatorContext;

  constructor(context: CoordinatorContext) {
    this.context = context;
  }

  replay({ key }: CoordinatorRecord, phase: string, producerId?: bigint): void {
    this.told.push(`${phase} ${key[0]}${producerId === undefined ? '' : ` of ${producerId}`}`);
  }

  replayEndOfTransaction(producerId: bigint, committed: boolean): void {
    this.told.push(`${committed ? 'commit' : 'abort'} ${producerId}`);
  }

  loaded(): void {
    this.told.push('loaded');
  }

  unloaded(): void {
    this.told.push('unloaded');
  }
}

/** A log whose reads fail as often as it is told. */
class FailingLog extends FakeLog {
  failures = 0;

  override read(fromOffset: bigint) {
    if (this.failures-- > 0) throw new Error('disk');
    return super.read(fromOffset);
  }
}

function partitionOn(
  log: FailingLog,
  time = new FakeTime(),
  maxBatchBytes = 1_000,
  compressionType?: CompressionType,
) {
  return new CoordinatorPartition<Notes>({
    partition: 0,
    log,
    clock: time,
    timer: time,
    random: { topicId: () => '', uuid: () => '' },
    logger: silentLogger,
    checksum: { crc32c },
    compression: compressionType === undefined ? noCompression : new NodeCompression(),
    compressionType,
    maxBatchBytes,
    newShard: (context) => new Notes(context),
  });
}

const recordOf = (key: number, size = 1): CoordinatorRecord => ({
  key: new Uint8Array([key]),
  value: new Uint8Array(size),
});

test('batches are compressed where the configuration says so', async () => {
  const log = new FailingLog();
  const before = partitionOn(log, new FakeTime(), 10_000, 'zstd');
  await before.load();
  before.append([recordOf(1, 5_000)], () => {});
  await turn();
  await before.close();
  expect(log.batches[0]!.length).toBeLessThan(200);
  const after = partitionOn(log, new FakeTime(), 10_000, 'none');
  await after.load();
  expect(after.active().told).toEqual(['loading 1', 'loaded']);
  await after.close();
});

describe('loading', () => {
  test('is tried again, each time later and with a new shard', async () => {
    const log = new FailingLog();
    const before = partitionOn(log);
    await before.load();
    before.append([recordOf(1)], () => {});
    await turn();
    await before.close();

    log.failures = 3;
    const time = new FakeTime();
    const partition = partitionOn(log, time);
    const first = partition.shard;
    await partition.load();
    expect(() => partition.active()).toThrow('COORDINATOR_LOAD_IN_PROGRESS');
    await time.advance(1_000);
    await time.advance(1_999);
    expect(log.failures).toBe(1);
    await time.advance(1);
    expect(log.failures).toBe(0);
    await time.advance(4_000);
    await turn();
    expect(partition.active()).not.toBe(first);
    expect(partition.active().told).toEqual(['loading 1', 'loaded']);
    expect(first.told).toEqual([]);
  });

  test('is not tried again once the partition is closed', async () => {
    const log = new FailingLog();
    log.logEndOffset = 1n;
    log.failures = 1;
    const time = new FakeTime();
    const partition = partitionOn(log, time);
    await partition.load();
    await partition.close();
    expect(time.pendingTimers).toBe(0);
    expect(() => partition.active()).toThrow('NOT_COORDINATOR');
  });

  test('tells records of transactions and their markers', async () => {
    const log = new FailingLog();
    const checksum = { crc32c };
    const producer = { producerId: 7n, producerEpoch: 0, baseSequence: 0, transactional: true };
    const options = { checksum, compression: noCompression };
    const records = [{ ...recordOf(1), headers: [], timestampMs: 0n }];
    log.append(encodeRecordBatch({ ...producer, records }, options));
    for (const type of ['COMMIT', 'ABORT'] as const) {
      const marker = { type, coordinatorEpoch: 0, producerId: 7n, producerEpoch: 0 };
      log.append(encodeEndTransactionMarker({ ...marker, timestampMs: 0n }, checksum));
    }
    const partition = partitionOn(log);
    await partition.load();
    expect(partition.shard.told).toEqual(['loading 1 of 7', 'commit 7', 'abort 7', 'loaded']);
  });
});

describe('appending', () => {
  test('puts the appends of a turn into as few batches as their size allows', async () => {
    const log = new FailingLog();
    const partition = partitionOn(log);
    await partition.load();
    let stored = 0;
    for (let key = 0; key < 10; key++) partition.append([recordOf(key, 200)], () => stored++);
    await turn();
    expect([log.batches.length, log.logEndOffset, stored]).toEqual([3, 10n, 10]);
  });

  test('replays in the order of the log, and only what was stored', async () => {
    const log = new FailingLog();
    const partition = partitionOn(log);
    await partition.load();
    const answers: (string | undefined)[] = [];
    const append = (key: number) =>
      partition.append([recordOf(key)], (error) => answers.push(error?.errorName));
    append(1);
    await turn();
    log.failure = new Error('disk');
    append(2);
    await turn();
    log.failure = undefined;
    append(3);
    await turn();
    expect(answers).toEqual([undefined, 'UNKNOWN_SERVER_ERROR', undefined]);
    expect(partition.shard.told).toEqual(['loaded', 'committed 1', 'committed 3']);
  });

  test('a fault in one command leaves the others alone', async () => {
    const log = new FailingLog();
    const partition = partitionOn(log);
    await partition.load();
    let stored = false;
    partition.append([recordOf(1)], () => {
      throw new Error('bug');
    });
    partition.append([recordOf(2)], () => {
      stored = true;
    });
    await turn();
    expect(stored).toBe(true);
  });

  test('what was appended before the end is stored before it', async () => {
    const log = new FailingLog();
    const partition = partitionOn(log);
    await partition.load();
    let answer: unknown = 'none';
    partition.append([recordOf(1)], (error) => {
      answer = error;
    });
    await partition.close();
    expect([answer, log.logEndOffset]).toEqual([undefined, 1n]);
    let refused: string | undefined;
    partition.append([recordOf(2)], (error) => {
      refused = error?.errorName;
    });
    await turn();
    expect([refused, log.logEndOffset]).toEqual(['NOT_COORDINATOR', 1n]);
  });
});

describe('appends that build on one another', () => {
  /** Refuses batches above a size, as a log does for max.message.bytes. */
  class NarrowLog extends FailingLog {
    override append(records: Uint8Array) {
      if (records.length > 600) throw new KafkaError('MESSAGE_TOO_LARGE');
      return super.append(records);
    }
  }

  test('a batch that is refused takes along what was built on it until it is told, and nothing else', async () => {
    const log = new NarrowLog();
    const partition = partitionOn(log, new FakeTime(), 100);
    await partition.load();
    const told: string[] = [];
    const append = (key: number, sequence: string | undefined, size = 1, then = () => {}) =>
      partition.append(
        [recordOf(key, size)],
        (error) => {
          told.push(`${key} ${error?.errorName ?? 'stored'}`);
          then();
        },
        { sequence },
      );
    let gate = () => {};
    log.gate = new Promise((resolve) => {
      gate = resolve;
    });
    append(1, 'a');
    append(2, 'a', 700, () => append(6, 'a'));
    append(3, 'a', 90);
    append(4, 'b', 90);
    await turn();
    append(5, 'a');
    await turn();
    expect(told).toEqual([]);
    gate();
    await turn();
    await turn();
    expect(told).toEqual([
      '1 stored',
      '2 MESSAGE_TOO_LARGE',
      '3 MESSAGE_TOO_LARGE',
      '4 stored',
      '5 MESSAGE_TOO_LARGE',
      '6 stored',
    ]);
    expect(log.batches).toHaveLength(3);
  });

  test('no single record may be larger than what a client could send', async () => {
    const log = new FailingLog();
    const partition = partitionOn(log);
    await partition.load();
    const told: unknown[] = [];
    partition.append([recordOf(1, 1_000_000)], (error) => told.push(error?.errorName));
    partition.append(
      Array.from({ length: 200 }, (_, n) => recordOf(n % 100, 10_000)),
      (error) => told.push(error?.errorName),
    );
    await turn();
    await turn();
    expect(told).toEqual(['MESSAGE_TOO_LARGE', undefined]);
  });
});
