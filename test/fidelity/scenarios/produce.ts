import * as header from '../../../src/domain/record/record-batch-header.ts';
import { batchOf, changed, produce, THEN } from '../batches.ts';
import type { Scenario, Scene } from '../scene.ts';

async function read(scene: Scene, topic: string, step = 'read it back'): Promise<void> {
  await scene.ask(step, 'Fetch', 11, {
    ...{ maxWaitMs: 0, minBytes: 0 },
    topics: [
      { topic, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 << 20 }] },
    ],
    forgottenTopicsData: [],
  });
}

const versions: Scenario = async (scene) => {
  const topicId = await scene.create('produce-versions');
  for (let version = 3; version <= 13; version++) {
    const id = version >= 13 ? { topicId } : {};
    const request = (partition: number, acks: number) =>
      produce('produce-versions', batchOf(['a', 'b']), { ...id, partition, acks });
    await scene.ask('acks all', 'Produce', version, request(0, -1));
    await scene.ask('acks 1', 'Produce', version, request(0, 1));
    await scene.ask('acks 2', 'Produce', version, request(0, 2));
    await scene.ask('no such partition', 'Produce', version, request(7, -1));
    const unknown = version >= 13 ? { topicId: 'AAAAAAAAAAAAAAAAAAAABA' } : {};
    await scene.ask(
      'unknown topic',
      'Produce',
      version,
      produce('produce-none', batchOf(['a']), unknown),
    );
    await scene.ask('no topics', 'Produce', version, { acks: -1, timeoutMs: 100, topicData: [] });
    await scene.ask('no partitions', 'Produce', version, {
      ...{ acks: -1, timeoutMs: 100 },
      topicData: [{ name: 'produce-versions', ...id, partitionData: [] }],
    });
  }
  await read(scene, 'produce-versions');
};

const withoutAnswer: Scenario = async (scene) => {
  await scene.create('produce-acks-0');
  await scene.send('Produce', 9, produce('produce-acks-0', batchOf(['a']), { acks: 0 }));
  await read(scene, 'produce-acks-0', 'after acks 0');
  await scene.send(
    'Produce',
    9,
    produce('produce-acks-0', batchOf(['a']), { acks: 0, partition: 3 }),
  );
  await scene.ask('after a failed acks 0', 'ApiVersions', 0, {}, { view: () => 'answered' });
};

const malformed: Scenario = async (scene) => {
  await scene.create('produce-bad');
  const good = batchOf(['first', 'second', 'third']);
  const raw = (at: number, value: number) => {
    const copy = Uint8Array.from(good);
    header.viewOf(copy).setInt8(at, value);
    return copy;
  };
  const cases: Record<string, Uint8Array | null> = {
    'records are null': null,
    'records are empty': new Uint8Array(0),
    'ten bytes': good.subarray(0, 10),
    'cut in the header': good.subarray(0, 40),
    'cut in the records': good.subarray(0, good.length - 3),
    'two batches': Buffer.concat([good, good]),
    'three batches': Buffer.concat([good, good, good]),
    'wrong checksum': raw(header.CRC_AT, 0),
    'magic 0': raw(header.MAGIC_AT, 0),
    'magic 1': raw(header.MAGIC_AT, 1),
    'magic 3': raw(header.MAGIC_AT, 3),
    'magic -1': raw(header.MAGIC_AT, -1),
    'batch length 0': changed(good, (view) => view.setInt32(header.BATCH_LENGTH_AT, 0)),
    'batch length -1': changed(good, (view) => view.setInt32(header.BATCH_LENGTH_AT, -1)),
    'batch length 10': changed(good, (view) => view.setInt32(header.BATCH_LENGTH_AT, 10)),
    'count 2 of 3': changed(good, (view) => view.setInt32(header.RECORDS_COUNT_AT, 2)),
    'count 4 of 3': changed(good, (view) => view.setInt32(header.RECORDS_COUNT_AT, 4)),
    'count 0': changed(good, (view) => view.setInt32(header.RECORDS_COUNT_AT, 0)),
    'count -1': changed(good, (view) => view.setInt32(header.RECORDS_COUNT_AT, -1)),
    'last delta 1 of 2': changed(good, (view) => view.setInt32(header.LAST_OFFSET_DELTA_AT, 1)),
    'last delta 5 of 2': changed(good, (view) => view.setInt32(header.LAST_OFFSET_DELTA_AT, 5)),
    'last delta -1': changed(good, (view) => view.setInt32(header.LAST_OFFSET_DELTA_AT, -1)),
    'no records in it': batchOf([]),
    'base offset 7': batchOf(['a'], { baseOffset: 7n }),
    'leader epoch 9': batchOf(['a'], { partitionLeaderEpoch: 9 }),
    'codec 5': changed(good, (view) => view.setInt16(header.ATTRIBUTES_AT, 5)),
    'gzip that is not': changed(good, (view) => view.setInt16(header.ATTRIBUTES_AT, 1)),
    'log append time': batchOf(['a'], { timestampType: 'LogAppendTime' }),
    'control batch': batchOf(['a'], { control: true }),
    'transactional without an id': batchOf(['a'], { transactional: true }),
    'unused attributes': changed(good, (view) => view.setInt16(header.ATTRIBUTES_AT, 0x0100)),
    'wrong max timestamp': changed(good, (view) => view.setBigInt64(header.MAX_TIMESTAMP_AT, 5n)),
    'no timestamp': batchOf(['a'], { timestamps: [-1n] }),
    'timestamp -5': batchOf(['a'], { timestamps: [-5n] }),
    'timestamp of the year 2128': batchOf(['a', 'b'], { timestamps: [THEN, 5_000_000_000_000n] }),
    'sequence without an id': batchOf(['a'], { baseSequence: 5 }),
    'producer without an epoch': batchOf(['a'], { producerId: 900n, baseSequence: 0 }),
    'producer without a sequence': batchOf(['a'], { producerId: 900n, producerEpoch: 0 }),
  };
  await scene.create('produce-trailing');
  const trailing = Buffer.concat([good, Buffer.from('xyz')]);
  await scene.ask('bytes after the batch', 'Produce', 9, produce('produce-trailing', trailing));
  for (const [step, records] of Object.entries(cases)) {
    await scene.ask(step, 'Produce', 9, produce('produce-bad', records));
  }
  await read(scene, 'produce-bad');
  for (const version of [3, 7, 8, 10, 13]) {
    const topicId = version === 13 ? await scene.create('produce-bad-13') : undefined;
    const id = topicId === undefined ? {} : { topicId };
    await scene.ask(
      'bad checksum',
      'Produce',
      version,
      produce('produce-bad', cases['wrong checksum'] ?? null, id),
    );
    const late = cases['timestamp of the year 2128'] ?? null;
    await scene.ask('bad timestamp', 'Produce', version, produce('produce-bad', late, id));
    await scene.ask('null', 'Produce', version, produce('produce-bad', null, id));
  }
};

const codecs: Scenario = async (scene) => {
  const types = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
  await scene.create('produce-codecs');
  for (const version of [3, 6, 7, 9]) {
    for (const compression of types) {
      const records = batchOf(['one', 'two', 'three'], { compression });
      await scene.ask(compression, 'Produce', version, produce('produce-codecs', records));
    }
  }
  await read(scene, 'produce-codecs');
  await scene.create('produce-to-zstd', { configs: { 'compression.type': 'zstd' } });
  await scene.create('produce-to-none', { configs: { 'compression.type': 'uncompressed' } });
  for (const compression of types) {
    const records = batchOf(['one', 'two'], { compression });
    await scene.ask(`${compression} to zstd`, 'Produce', 9, produce('produce-to-zstd', records));
    await scene.ask(`${compression} to none`, 'Produce', 9, produce('produce-to-none', records));
  }
  const view = (answer: { responses: { partitions: { highWatermark: bigint }[] }[] }) =>
    answer.responses[0]?.partitions[0]?.highWatermark;
  for (const topic of ['produce-to-zstd', 'produce-to-none']) {
    const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 << 20 }];
    const request = {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [{ topic, partitions }],
      forgottenTopicsData: [],
    };
    await scene.ask(topic, 'Fetch', 11, request, { view });
  }
};

const limits: Scenario = async (scene) => {
  const configs = { 'max.message.bytes': '200', 'message.timestamp.before.max.ms': '1000' };
  await scene.create('produce-limits', { configs });
  const now = BigInt(Date.now());
  const ask = (step: string, records: Uint8Array) =>
    scene.ask(step, 'Produce', 9, produce('produce-limits', records));
  await ask('fits', batchOf(['a'], { timestamps: [now] }));
  await ask('too large', batchOf(['a'.repeat(200)], { timestamps: [now] }));
  await ask('too old', batchOf(['a'], { timestamps: [THEN] }));
  await ask('one too old', batchOf(['a', 'b'], { timestamps: [now, THEN] }));
  await scene.create('produce-append-time', {
    configs: { 'message.timestamp.type': 'LogAppendTime' },
  });
  const appendTime = produce('produce-append-time', batchOf(['a', 'b']));
  await scene.ask('append time', 'Produce', 9, appendTime);
  await scene.create('produce-compact', { configs: { 'cleanup.policy': 'compact' } });
  await scene.ask(
    'some without a key',
    'Produce',
    9,
    produce('produce-compact', batchOf(['a', 'b', 'c', 'd'])),
  );
  await scene.ask('with a key', 'Produce', 9, produce('produce-compact', batchOf(['a'])));
};

const idempotent: Scenario = async (scene) => {
  await scene.create('produce-idem');
  const id = await scene.producerId();
  const send = (
    step: string,
    producerEpoch: number,
    baseSequence: number,
    values = ['a', 'b'],
    pid = id,
  ) =>
    scene.ask(
      `${step} (${producerEpoch}, ${baseSequence})`,
      'Produce',
      9,
      produce('produce-idem', batchOf(values, { producerId: pid, producerEpoch, baseSequence })),
    );
  await send('first', 0, 0);
  await send('next', 0, 2);
  await send('duplicate of the last', 0, 2);
  await send('duplicate of the first', 0, 0);
  await send('gap', 0, 6);
  await send('overlap', 0, 3);
  await send('shorter duplicate', 0, 2, ['a']);
  for (let i = 0; i < 6; i++) await send('more', 0, 4 + i, ['x']);
  await send('duplicate that is forgotten', 0, 0);
  await send('duplicate of five', 0, 5, ['x']);
  await send('duplicate of six', 0, 4, ['x']);
  await send('new epoch, not at 0', 1, 5);
  await send('new epoch', 1, 0);
  await send('old epoch', 0, 10);
  await send('epoch leap', 9, 0);
  await send('an id nobody gave, at 5', 0, 5, ['a'], 123_456n);
  await send('an id nobody gave, at 0', 0, 0, ['a'], 123_457n);
  const two = batchOf(['a'], { producerId: id, producerEpoch: 9, baseSequence: 2 });
  const three = batchOf(['a'], { producerId: id, producerEpoch: 9, baseSequence: 3 });
  await scene.ask(
    'two batches',
    'Produce',
    9,
    produce('produce-idem', Buffer.concat([two, three])),
  );
  const transactional = { producerId: id, producerEpoch: 9, baseSequence: 2, transactional: true };
  await scene.ask(
    'transactional',
    'Produce',
    9,
    produce('produce-idem', batchOf(['a'], transactional)),
  );
  const last = 0x7fffffff;
  const wrapping = 123_458n;
  await send('up to the largest', 0, last - 1, ['a', 'b'], wrapping);
  await send('wraps', 0, 0, ['a', 'b'], wrapping);
  await send('across', 0, last, ['a', 'b', 'c'], 123_459n);
  await send('after across', 0, 2, ['a'], 123_459n);
  await send('duplicate of across', 0, last, ['a', 'b', 'c'], 123_459n);
  await read(scene, 'produce-idem');
};

export const PRODUCE: Readonly<Record<string, Scenario>> = {
  ...{ versions, withoutAnswer, malformed, codecs, limits, idempotent },
};
