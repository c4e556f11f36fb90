import { expect, test } from 'vitest';
import { CoordinatorPartition } from '../../../src/app/services/coordinator/coordinator-partition.ts';
import type { CoordinatorRecord } from '../../../src/domain/coordinator/coordinator-shard.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { crc32c } from '../../../src/domain/record/crc32c.ts';
import { decodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { FakeLog, FakeTime, noCompression, turn } from './fake-coordinator-topic.ts';

const record = (key: number): CoordinatorRecord => ({
  key: new Uint8Array([key]),
  value: new Uint8Array([1]),
});
const producer = { producerId: 9n, producerEpoch: 2 };
const end = { ...producer, type: 'COMMIT', coordinatorEpoch: 3, transactionVersion: 0 } as const;

/** A shard that writes down what is replayed. */
async function partitionOf(log: FakeLog) {
  const replayed: string[] = [];
  const time = new FakeTime();
  const partition = new CoordinatorPartition({
    ...{ partition: 0, log, clock: time, timer: time, logger: silentLogger },
    ...{ checksum: { crc32c }, compression: noCompression, maxBatchBytes: 1_000 },
    random: { topicId: () => '', uuid: () => '' },
    newShard: () => ({
      replay: ({ key }: CoordinatorRecord, phase: string, producerId?: bigint) => {
        replayed.push(`${phase} ${key[0]} of ${producerId ?? 'none'}`);
      },
      replayEndOfTransaction: (producerId: bigint, committed: boolean) => {
        replayed.push(`end of ${producerId}: ${committed}`);
      },
      loaded: () => {},
      unloaded: () => {},
    }),
  });
  await partition.load();
  return { partition, replayed };
}

test('records of a transaction are batches of their producer, in order with the others', async () => {
  const log = new FakeLog();
  const { partition, replayed } = await partitionOf(log);
  partition.append([record(1)], () => {});
  partition.append([record(2)], () => {}, { producer });
  partition.append([record(3)], () => {}, { producer });
  partition.append([record(4)], () => {}, { producer: { ...producer, producerEpoch: 3 } });
  partition.append([record(5)], () => {});
  // Nothing of this was flushed yet: the marker must come after it.
  await partition.endTransaction(end);
  const batches = log.batches.map((bytes) =>
    decodeRecordBatch(bytes, { compression: noCompression }),
  );
  const seen = batches.map(({ producerId, producerEpoch, transactional, control, records }) => [
    ...[Number(producerId), producerEpoch, transactional, control, records.length],
  ]);
  expect(seen).toEqual([
    [-1, -1, false, false, 1],
    [9, 2, true, false, 2],
    [9, 3, true, false, 1],
    [-1, -1, false, false, 1],
    [9, 2, true, true, 1],
  ]);
  const expected = ['1 of none', '2 of 9', '3 of 9', '4 of 9', '5 of none'];
  expect(replayed).toEqual([...expected.map((one) => `committed ${one}`), 'end of 9: true']);

  const again = await partitionOf(log);
  const loaded = expected.map((one) => `loading ${one}`);
  expect(again.replayed).toEqual([...loaded, 'end of 9: true']);
});

test('a marker that is not stored ends nothing', async () => {
  const log = new FakeLog();
  const { partition, replayed } = await partitionOf(log);
  log.failure = new KafkaError('KAFKA_STORAGE_ERROR');
  await expect(partition.endTransaction(end)).rejects.toThrow('KAFKA_STORAGE_ERROR');
  expect(replayed).toEqual([]);
});

test('a partition that is not loaded takes no markers', async () => {
  const { partition } = await partitionOf(new FakeLog());
  partition.state = 'loading';
  expect(() => partition.endTransaction(end)).toThrow('COORDINATOR_LOAD_IN_PROGRESS');
  await partition.close();
  await turn();
  expect(() => partition.endTransaction(end)).toThrow('NOT_COORDINATOR');
});
