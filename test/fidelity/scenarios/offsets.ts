import { batchOf, produce, THEN } from '../batches.ts';
import type { Scenario, Scene } from '../scene.ts';

async function filled(scene: Scene, name: string): Promise<void> {
  await scene.create(name, { partitions: 2 });
  const batches = [
    batchOf(['a', 'b', 'c'], { timestamps: [THEN, THEN + 10n, THEN + 5n] }),
    batchOf(['d', 'e'], { timestamps: [THEN + 100n, THEN + 90n], compression: 'gzip' }),
    batchOf(['f'], { timestamps: [THEN + 50n] }),
    batchOf(['g', 'h'], { timestamps: [THEN + 100n, THEN + 100n] }),
  ];
  for (const batch of batches) await scene.quietly('Produce', 9, produce(name, batch));
}

const listOffsets: Scenario = async (scene) => {
  await filled(scene, 'offsets-list');
  const list = (...partitions: object[]) => ({
    ...{ replicaId: -1, isolationLevel: 0 },
    topics: [{ name: 'offsets-list', partitions }],
  });
  const times = [
    -1n,
    -2n,
    -3n,
    -4n,
    -5n,
    -6n,
    -7n,
    0n,
    THEN,
    THEN + 1n,
    THEN + 6n,
    THEN + 11n,
  ].concat([THEN + 51n, THEN + 95n, THEN + 100n, THEN + 101n, 9_000_000_000_000n]);
  for (let version = 1; version <= 11; version++) {
    for (const timestamp of times) {
      await scene.ask(
        `time ${timestamp}`,
        'ListOffsets',
        version,
        list({ partitionIndex: 0, timestamp }),
      );
    }
    for (const timestamp of [-1n, -2n, -3n, THEN]) {
      const request = list({ partitionIndex: 1, timestamp });
      await scene.ask(`empty, time ${timestamp}`, 'ListOffsets', version, request);
      const committed = { ...list({ partitionIndex: 0, timestamp }), isolationLevel: 1 };
      if (version >= 2)
        await scene.ask(`committed ${timestamp}`, 'ListOffsets', version, committed);
    }
    await scene.ask(
      'no such partition',
      'ListOffsets',
      version,
      list({ partitionIndex: 5, timestamp: -1n }),
    );
    await scene.ask('unknown topic', 'ListOffsets', version, {
      ...{ replicaId: -1, isolationLevel: 0 },
      topics: [{ name: 'offsets-none', partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
    });
    const twice = { partitionIndex: 0, timestamp: -1n };
    await scene.ask('twice', 'ListOffsets', version, list(twice, twice));
    await scene.ask('nothing', 'ListOffsets', version, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [],
    });
    if (version < 4) continue;
    for (const currentLeaderEpoch of [0, 3]) {
      const request = list({ partitionIndex: 0, timestamp: -1n, currentLeaderEpoch });
      await scene.ask(`epoch ${currentLeaderEpoch}`, 'ListOffsets', version, request);
    }
  }
};

const leaderEpochs: Scenario = async (scene) => {
  await filled(scene, 'offsets-epochs');
  for (const version of [2, 3, 4]) {
    const ask = (
      step: string,
      topic: string,
      partition: number,
      leaderEpoch: number,
      current = -1,
    ) =>
      scene.ask(step, 'OffsetForLeaderEpoch', version, {
        replicaId: -1,
        topics: [{ topic, partitions: [{ partition, leaderEpoch, currentLeaderEpoch: current }] }],
      });
    for (const epoch of [0, 1, 100, -1, -2])
      await ask(`epoch ${epoch}`, 'offsets-epochs', 0, epoch);
    await ask('empty', 'offsets-epochs', 1, 0);
    await ask('no such partition', 'offsets-epochs', 4, 0);
    await ask('unknown topic', 'offsets-none', 0, 0);
    await ask('current epoch', 'offsets-epochs', 0, 0, 0);
    await ask('future epoch', 'offsets-epochs', 0, 0, 4);
  }
};

const deleteRecords: Scenario = async (scene) => {
  await filled(scene, 'offsets-delete');
  await scene.create('offsets-compact', { configs: { 'cleanup.policy': 'compact' } });
  await scene.quietly('Produce', 9, produce('offsets-compact', batchOf(['a'])));
  for (const version of [0, 1, 2]) {
    const ask = (step: string, offset: bigint, name = 'offsets-delete', partitionIndex = 0) =>
      scene.ask(step, 'DeleteRecords', version, {
        topics: [{ name, partitions: [{ partitionIndex, offset }] }],
        timeoutMs: 5_000,
      });
    const base = BigInt(version) * 2n;
    await ask('some', base + 1n);
    await ask('the same again', base + 1n);
    await ask('before the start', 0n);
    await ask('beyond the end', 99n);
    await ask('negative', -2n);
    await ask('one more', base + 2n);
    await ask('empty', 0n, 'offsets-delete', 1);
    await ask('no such partition', 0n, 'offsets-delete', 6);
    await ask('unknown topic', 0n, 'offsets-none');
    await ask('compacted only', 1n, 'offsets-compact');
    await scene.ask('nothing', 'DeleteRecords', version, { topics: [], timeoutMs: 100 });
  }
  const list = (timestamp: bigint) => ({
    ...{ replicaId: -1, isolationLevel: 0 },
    topics: [{ name: 'offsets-delete', partitions: [{ partitionIndex: 0, timestamp }] }],
  });
  const partition = (fetchOffset: bigint) => ({
    partition: 0,
    fetchOffset,
    partitionMaxBytes: 1000,
  });
  const fetch = (offset: bigint) => ({
    ...{ maxWaitMs: 0, minBytes: 0, forgottenTopicsData: [] },
    topics: [{ topic: 'offsets-delete', partitions: [partition(offset)] }],
  });
  for (const time of [-1n, -2n, -3n, -4n, THEN])
    await scene.ask(`time ${time}`, 'ListOffsets', 8, list(time));
  for (const offset of [0n, 5n, 6n, 7n])
    await scene.ask(`fetch ${offset}`, 'Fetch', 12, fetch(offset));
  await scene.ask('to the end', 'DeleteRecords', 2, {
    topics: [{ name: 'offsets-delete', partitions: [{ partitionIndex: 0, offset: -1n }] }],
    timeoutMs: 5_000,
  });
  for (const time of [-1n, -2n, -3n, -4n, THEN])
    await scene.ask(`then time ${time}`, 'ListOffsets', 8, list(time));
  for (const offset of [7n, 8n, 9n])
    await scene.ask(`then fetch ${offset}`, 'Fetch', 12, fetch(offset));
  await scene.ask('epoch after it', 'OffsetForLeaderEpoch', 4, {
    topics: [{ topic: 'offsets-delete', partitions: [{ partition: 0, leaderEpoch: 0 }] }],
  });
};

const producerIds: Scenario = async (scene) => {
  await scene.producerId();
  for (let version = 0; version <= 5; version++) {
    const ask = (step: string, more: object) =>
      scene.ask(step, 'InitProducerId', version, {
        transactionalId: null,
        transactionTimeoutMs: 1000,
        ...more,
      });
    await ask('new', {});
    await ask('no timeout', { transactionTimeoutMs: 0 });
    await ask('negative timeout', { transactionTimeoutMs: -1 });
    if (version < 3) continue;
    await ask('with an id and an epoch', { producerId: 5n, producerEpoch: 3 });
    await ask('with an id', { producerId: 5n });
    await ask('with an epoch', { producerEpoch: 3 });
  }
  await scene.ask('empty transactional id', 'InitProducerId', 4, {
    transactionalId: '',
    transactionTimeoutMs: 1000,
  });
};

export const OFFSETS: Readonly<Record<string, Scenario>> = {
  ...{ listOffsets, leaderEpochs, deleteRecords, producerIds },
};
