import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
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
export const START_MS = 1_700_000_000_000;
export const PARTITIONS = 2;

/** A broker of two partitions a topic, whose logs lose only what a test takes from them. */
export class HistoryBroker implements AsyncDisposable {
  readonly running: RunningBroker;
  readonly #dataDir: string;

  private constructor(running: RunningBroker, dataDir: string) {
    this.running = running;
    this.#dataDir = dataDir;
  }

  static async open(): Promise<HistoryBroker> {
    const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-history-'));
    const { config } = loadConfig({
      overrides: {
        ...{ 'network.bind_host': '127.0.0.1', 'network.bind_port': 0 },
        ...{ 'storage.engine': 'segment', 'log.dirs': dataDir },
        'log.retention.ms': -1,
        'num.partitions': PARTITIONS,
      },
    });
    return new HistoryBroker(await openBroker(config, loggerOf('silent')), dataDir);
  }

  async rows(sql: string): Promise<unknown[]> {
    const { chunks } = await this.running.services.sql.query({ sql });
    const all: unknown[] = [];
    for await (const { data } of chunks) all.push(...data);
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running.close();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

export type HistoryStep =
  | { readonly type: 'write'; readonly partition: number; readonly seeds: readonly number[] }
  | { readonly type: 'transaction'; readonly partition: number; readonly commits: boolean }
  | { readonly type: 'export' }
  /** As retention does: the log starts later. Only what history has goes. */
  | { readonly type: 'retention'; readonly partition: number; readonly part: number };

export const partition = fc.nat(PARTITIONS - 1);
export const historyStep: fc.Arbitrary<HistoryStep> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('write' as const),
      partition,
      seeds: fc.array(fc.nat(1000), { minLength: 1, maxLength: 30 }),
    }),
  },
  fc.record({ type: fc.constant('transaction' as const), partition, commits: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant('export' as const) }) },
  fc.record({
    type: fc.constant('retention' as const),
    partition,
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);
function recordValue(seed: number): Uint8Array | null {
  if (seed % 11 === 0) return null;
  if (seed % 13 === 0) return Buffer.from('no JSON');
  if (seed % 17 === 0) return Buffer.from([0xff, seed & 0xff]);
  const more = seed % 3 === 0 ? { n: String(seed) } : { n: seed, tags: [seed] };
  return Buffer.from(JSON.stringify({ ...more, place: { city: 'Ö'.repeat(seed % 5) } }));
}

/** Two topics with the same records: one that goes to history and loses its log's beginning, and one that keeps all. */
export class HistoryPair {
  readonly names: readonly [string, string];
  readonly #broker: HistoryBroker;
  #producerId = 0n;

  constructor(broker: HistoryBroker, id: number) {
    this.#broker = broker;
    this.names = [`history-${id}`, `plain-${id}`];
  }

  async create(): Promise<void> {
    for (const name of this.names) await this.#broker.running.services.topics.ensureTopic(name);
  }

  log(name: string, partition: number): LedLog {
    const { partitions } = this.#broker.running.services;
    return partitions.log(partitions.topicByName(name), partition) as LedLog;
  }

  async take(next: HistoryStep): Promise<void> {
    switch (next.type) {
      case 'write':
        return this.#both(next.partition, (log) => this.#append(log, next.seeds));
      case 'transaction':
        this.#producerId += 1n;
        return this.#both(next.partition, async (log) => {
          await this.#append(log, [1, 2], this.#producerId);
          await this.#append(log, [3]);
          const marker = encodeEndTransactionMarker(
            {
              ...{ type: next.commits ? 'COMMIT' : 'ABORT', producerId: this.#producerId },
              ...{ producerEpoch: 0, coordinatorEpoch: 0, timestampMs: BigInt(START_MS) },
            },
            codecs.checksum,
          );
          await log.append(marker, { origin: 'coordinator' }).committed;
        });
      case 'export':
        await this.#broker.rows(`EXPORT TOPIC "${this.names[0]}" TO HISTORY WITH OPEN SEGMENTS`);
        return;
      default: {
        const name = this.names[0];
        const files = (await this.#broker.rows('SHOW TOPIC HISTORY')) as [
          string,
          bigint,
          bigint,
          bigint,
        ][];
        const ends = files.filter(([topic, p]) => topic === name && Number(p) === next.partition);
        const end = Math.max(0, ...ends.map(([, , , last]) => Number(last) + 1));
        await this.log(name, next.partition).deleteRecords(BigInt(Math.floor(end * next.part)));
      }
    }
  }

  async check(condition: string): Promise<void> {
    const columns =
      'kafka_partition, kafka_offset, kafka_timestamp, key, value, headers, n, tags, place';
    const [history, plain] = await Promise.all(
      this.names.map((name) =>
        this.#broker.rows(`SELECT ${columns} FROM "${name}" WHERE ${condition} ORDER BY 1, 2`),
      ),
    );
    expect(history, condition).toEqual(plain);
  }

  async #both(partition: number, work: (log: LedLog) => Promise<void>): Promise<void> {
    for (const name of this.names) await work(this.log(name, partition));
  }

  async #append(log: LedLog, seeds: readonly number[], producerId?: bigint): Promise<void> {
    const batch = encodeRecordBatch(
      {
        ...(producerId !== undefined && {
          ...{ producerId, producerEpoch: 0, baseSequence: 0, transactional: true },
        }),
        records: seeds.map((seed) => ({
          key: seed % 7 === 0 ? null : Buffer.from(`k${seed}`),
          value: recordValue(seed),
          timestampMs: BigInt(START_MS + seed),
          headers: seed % 5 === 0 ? [{ key: 'h', value: Buffer.from('x') }] : [],
        })),
      },
      codecs,
    );
    await log.append(batch, { origin: 'client' }).committed;
  }
}
