import { afterAll, beforeAll, expect, test } from 'vitest';
import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { loadConfig } from '../../../src/app/config/load-config.ts';
import { loggerOf } from '../../../src/app/container/logger-of.ts';
import { openBroker } from '../../../src/app/container/open-broker.ts';
import type { RunningBroker } from '../../../src/app/running-broker.ts';
import type { LedLog } from '../../../src/app/services/partition/led-log.ts';
import { encodeEndTransactionMarker } from '../../../src/domain/record/control-record.ts';
import { encodeRecordBatch } from '../../../src/domain/record/record-batch-encoder.ts';

const codecs = { checksum: new NativeChecksum(), compression: new NodeCompression() };
const ROOM_MS = 1_700_000_000_000n;
let broker: RunningBroker;
let log: LedLog;

beforeAll(async () => {
  const { config } = loadConfig({
    overrides: {
      'network.bind_host': '127.0.0.1',
      'network.bind_port': 0,
      'storage.engine': 'memory',
    },
  });
  broker = await openBroker(config, loggerOf('silent'));
  await broker.services.topics.ensureTopic('ledger');
  log = broker.services.partitions.log(
    broker.services.partitions.topicByName('ledger'),
    0,
  ) as LedLog;
});
afterAll(() => broker.close());

async function write(producerId: bigint, sequence: number, transactional: boolean): Promise<void> {
  const value = Buffer.from(JSON.stringify({ producer: Number(producerId), sequence }));
  const batch = encodeRecordBatch(
    {
      ...{ producerId, producerEpoch: 0, baseSequence: sequence, transactional },
      records: [{ key: null, value, timestampMs: ROOM_MS }],
    },
    codecs,
  );
  await log.append(batch, { origin: 'client' }).committed;
}

async function end(producerId: bigint, type: 'COMMIT' | 'ABORT'): Promise<void> {
  const marker = { type, producerId, producerEpoch: 0, coordinatorEpoch: 0, timestampMs: ROOM_MS };
  const batch = encodeEndTransactionMarker(marker, codecs.checksum);
  await log.append(batch, { origin: 'coordinator' }).committed;
}

async function rows(): Promise<unknown[]> {
  const { chunks } = await broker.services.sql.query({
    sql: 'SELECT kafka_offset, producer FROM ledger',
  });
  const all: unknown[] = [];
  for await (const { data } of chunks) all.push(...data);
  return all;
}

test('aborted and open transactions and their markers are no rows', async () => {
  await write(1n, 0, true);
  await write(2n, 0, true);
  await write(1n, 1, true);
  await end(1n, 'ABORT');
  await end(2n, 'COMMIT');
  await write(1n, 2, true);
  await end(1n, 'COMMIT');
  expect(await rows()).toEqual([
    [1n, 2n],
    [5n, 1n],
  ]);
  // An open transaction hides everything after its first record (the last stable offset).
  await write(3n, 0, true);
  await write(4n, 0, false);
  expect(await rows()).toHaveLength(2);
  await end(3n, 'ABORT');
  expect(await rows()).toEqual([
    [1n, 2n],
    [5n, 1n],
    [8n, 4n],
  ]);
});
