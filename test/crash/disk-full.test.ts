import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { ERROR_CODES } from '../../src/domain/error-code.ts';
import { DeleteTopicsApi } from '../../src/domain/protocol/messages/delete-topics.ts';
import { ZERO_UUID } from '../../src/domain/wire/uuid.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { CONNECTION_OPTIONS } from './crash-connection.ts';
import { CRASH_TOPIC, createTopic, PARTITIONS, produce } from './crash-requests.ts';
import { PartitionOracle } from './partition-oracle.ts';

const DISK_MB = 8;
const VALUE_BYTES = 100_000;
const SETTINGS = { 'log.segment.bytes': '1048576', 'offsets.topic.num.partitions': '1' };

/** A device of its own, so that it can be full without harm. Only root can have one. */
async function smallDisk(): Promise<(AsyncDisposable & { readonly path: string }) | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'kawadb-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'none', path]);
  if (mounted.status !== 0) {
    await rm(path, { recursive: true });
    console.warn('skipped: a device that can be full takes the right to mount one');
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      spawnSync('umount', [path]);
      await rm(path, { recursive: true });
    },
  };
}

function connect(broker: BrokerProcess): Promise<BrokerConnection> {
  return BrokerConnection.open(addressOf(broker), CONNECTION_OPTIONS);
}

function addressOf({ bootstrap }: BrokerProcess) {
  const [host = '', port = ''] = bootstrap.split(':');
  return { host, port: Number(port) };
}

/** One record to the partition its number tells; gives the error code. */
async function produceOnce(
  connection: BrokerConnection,
  topic: string,
  n: number,
  oracles: readonly PartitionOracle[] = [],
): Promise<number> {
  const partition = n % PARTITIONS;
  const values = [`once-${n}`];
  oracles[partition]?.sends(values);
  const batch = { topic, partition, values, paddingBytes: VALUE_BYTES };
  const { errorCode, baseOffset } = await produce(connection, batch);
  if (errorCode === 0) oracles[partition]?.acknowledges(baseOffset, values);
  return errorCode;
}

async function problemsOf(
  connection: BrokerConnection,
  oracles: readonly PartitionOracle[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const oracle of oracles) {
    problems.push(...(await oracle.checkAll(connection)), ...(await oracle.check(connection)));
  }
  return problems;
}

const disk = await smallDisk();

test.skipIf(disk === undefined)(
  'a full disk: producers are told, readers go on, nothing acknowledged is lost, freed room is used',
  { timeout: 60_000 },
  async () => {
    await using full = disk as NonNullable<typeof disk>;
    const dataDir = join(full.path, 'data');
    const oracles = Array.from({ length: PARTITIONS }, (_, n) => new PartitionOracle(n));
    {
      await using broker = await startBrokerProcess({ dataDir, settings: SETTINGS });
      const connection = await connect(broker);
      await createTopic(connection, CRASH_TOPIC);
      await createTopic(connection, 'ballast');
      for (let n = 0; n < 20; n++) await produceOnce(connection, 'ballast', n);
      let refused = 0;
      for (let n = 0; n < 200 && refused < 10; n++) {
        const errorCode = await produceOnce(connection, CRASH_TOPIC, n, oracles);
        if (errorCode === 0) continue;
        expect(errorCode).toBe(ERROR_CODES.KAFKA_STORAGE_ERROR.code);
        refused += 1;
      }
      expect(refused).toBe(10);
      expect(broker.output()).toMatch(/ENOSPC/);
      expect(await problemsOf(connection, oracles)).toEqual([]);
      await connection.send(DeleteTopicsApi, {
        topics: [{ name: 'ballast', topicId: ZERO_UUID }],
        topicNames: ['ballast'],
        timeoutMs: 10_000,
      });
      await expect
        .poll(() => produceOnce(connection, CRASH_TOPIC, 1_000, oracles), { timeout: 10_000 })
        .toBe(0);
      connection.close();
      await broker.stop('SIGTERM');
    }
    await using again = await startBrokerProcess({ dataDir, settings: SETTINGS });
    const connection = await connect(again);
    expect(await problemsOf(connection, oracles)).toEqual([]);
    connection.close();
  },
);
