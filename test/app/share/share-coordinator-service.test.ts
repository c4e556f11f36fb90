import { expect, test } from 'vitest';
import { ShareCoordinatorService } from '../../../src/app/services/share/share-coordinator-service.ts';
import { crc32c } from '../../../src/domain/record/crc32c.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { FakeTime, FakeTopic, noCompression } from '../coordinator/fake-coordinator-topic.ts';

class PrunedTopic extends FakeTopic {
  readonly deletions: [number, bigint][] = [];

  async deleteRecordsBefore(partition: number, offset: bigint): Promise<void> {
    this.deletions.push([partition, offset]);
  }
}

const KEY = { groupId: 'g', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 3 };

function serviceOn(topic: PrunedTopic, time = new FakeTime()) {
  return new ShareCoordinatorService({
    topic,
    clock: time,
    timer: time,
    random: { topicId: () => '', uuid: () => '' },
    logger: silentLogger,
    checksum: { crc32c },
    compression: noCompression,
    config: { updatesPerSnapshot: 1, coldSnapshotIntervalMs: 300_000 },
    pruneIntervalMs: 60_000,
    partitionExists: () => true,
  });
}

const change = (first: bigint) => ({
  ...{ stateEpoch: 1, leaderEpoch: 0, startOffset: 0n, deliveryCompleteCount: 1 },
  stateBatches: [
    { firstOffset: first, lastOffset: first, state: 'acknowledged', deliveryCount: 1 } as const,
  ],
});

test('states are kept across a restart, in the partition their key belongs to', async () => {
  const topic = new PrunedTopic(5);
  const before = serviceOn(topic);
  await before.open();
  expect(await before.initialize(KEY, { stateEpoch: 1, startOffset: 0n })).toMatchObject({
    error: 'NONE',
  });
  await before.write(KEY, change(7n));
  await before.close();
  expect((await before.write(KEY, change(8n))).error).toBe('COORDINATOR_NOT_AVAILABLE');

  const after = serviceOn(topic);
  await after.open();
  expect(await after.summary(KEY)).toMatchObject({ startOffset: 0n, deliveryCompleteCount: 1 });
  const { state } = await after.read(KEY, 0);
  expect(state?.stateBatches).toEqual(change(7n).stateBatches);
  await after.close();
});

test('what snapshots make superfluous is deleted now and then, and only once', async () => {
  const time = new FakeTime();
  const topic = new PrunedTopic(5);
  const service = serviceOn(topic, time);
  await service.open();
  await service.initialize(KEY, { stateEpoch: 1, startOffset: 0n });
  for (let i = 0n; i < 3n; i += 1n) await service.write(KEY, change(i));
  await time.advance(60_000);
  // initialize, update, snapshot, update: the snapshot at 2 has it all.
  expect(topic.deletions).toEqual([[expect.any(Number), 2n]]);
  await time.advance(60_000);
  expect(topic.deletions).toHaveLength(1);
  await service.write(KEY, change(3n));
  await time.advance(60_000);
  expect(topic.deletions.map(([, offset]) => offset)).toEqual([2n, 4n]);
  await service.close();
});
