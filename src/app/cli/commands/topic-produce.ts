import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ClusterClient } from '../../../adapters/kafka-client/cluster-client.ts';
import type { TopicView } from '../../../adapters/kafka-client/cluster-view.ts';
import { Producer } from '../../../adapters/kafka-client/producer.ts';
import { retrying } from '../../../adapters/kafka-client/retry.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { CompressionType } from '../../../domain/record/compression.ts';
import { CliError, usageError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { unescapeText } from '../escapes.ts';
import { inputLines } from '../input-lines.ts';
import { keyValuePairs, keyValues } from '../key-values.ts';
import { lineRecord } from '../line-record.ts';
import { print } from '../output.ts';
import { Progress, rateText } from '../progress.ts';
import { recordCodecs } from '../record-codecs.ts';
import { withCluster } from '../with-cluster.ts';

interface Options extends ClientOptions {
  readonly lines?: boolean;
  readonly keyDelimiter?: string;
  readonly header?: readonly string[];
  readonly partition?: number;
  readonly null?: boolean;
  readonly compression: CompressionType;
  readonly X?: readonly string[];
}

/** How long a broker may take to make a topic; one that does not make topics says the same all the time. */
const AUTO_CREATE_MS = 3_000;
const ACKS: Readonly<Record<string, number>> = { all: -1, '-1': -1, '0': 0, '1': 1 };

export async function run([name = '', ...files]: readonly string[], options: Options, io: CliIo) {
  const acks = acksOf(options.X);
  const toRecord = recordMaker(options);
  const startedMs = performance.now();
  const sent = { records: 0, bytes: 0 };
  await withCluster(options, io, async (cluster) => {
    const topic = await topicToProduceTo(cluster, name);
    const { compression, partition } = options;
    if (partition !== undefined && partition >= topic.partitions.length) {
      const why = `topic ${name} has partitions 0 to ${topic.partitions.length - 1} only`;
      throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `no partition ${partition}: ${why}`);
    }
    const producer = new Producer(cluster, recordCodecs, { topic, acks, compression });
    const text = (): string =>
      `sent ${rateText(producer.delivered, sent.bytes, secondsSince(startedMs))}`;
    const progress = new Progress(io, text);
    try {
      for await (const values of inputs(files, options.lines === true, io)) {
        const timestampMs = BigInt(Date.now());
        for (const value of values) {
          const waiting = producer.send(toRecord(value, timestampMs), partition);
          sent.records += 1;
          sent.bytes += value.length;
          if (waiting !== undefined) await waiting;
        }
      }
      await producer.flush();
    } finally {
      progress.stop();
    }
  });
  const seconds = secondsSince(startedMs);
  if (options.output === 'table') {
    io.stderr.write(`produced ${rateText(sent.records, sent.bytes, seconds)}\n`);
  } else {
    print(io, 'json', { json: { topic: name, ...sent, seconds }, text: '' });
  }
  return 0;
}

/** As every producer finds it: made by the broker when it is missing, where auto.create.topics.enable allows. */
async function topicToProduceTo(cluster: ClusterClient, name: string): Promise<TopicView> {
  const timeoutMs = Math.min(cluster.timeoutMs, AUTO_CREATE_MS);
  try {
    return await retrying(() => cluster.topic(name, true), { timeoutMs });
  } catch (error) {
    if (!(error instanceof KafkaError) || error.errorName !== 'UNKNOWN_TOPIC_OR_PARTITION')
      throw error;
    const hint = `create it with \`kawadb topic create ${name}\``;
    throw new KafkaError(error.errorName, `there is no topic ${name}; ${hint}`, { cause: error });
  }
}

function recordMaker({ keyDelimiter, header, null: emptyIsNull = false }: Options) {
  const headers = keyValuePairs(header, '--header').map(([key, value]) => ({
    key,
    value: Buffer.from(value),
  }));
  if (keyDelimiter === '') throw usageError('--key-delimiter must not be empty');
  const delimiter =
    keyDelimiter === undefined ? undefined : Buffer.from(unescapeText(keyDelimiter));
  return (value: Uint8Array, timestampMs: bigint) =>
    lineRecord(value, timestampMs, { keyDelimiter: delimiter, headers, emptyIsNull });
}

function acksOf(properties: readonly string[] = []): number {
  const { acks = 'all', ...others } = keyValues(properties, '-X');
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw usageError(`-X ${other}: there is acks=all, acks=1 and acks=0 only`);
  const value = Object.hasOwn(ACKS, acks) ? ACKS[acks] : undefined;
  if (value === undefined) throw usageError(`-X acks=${acks}: it must be all, 1 or 0`);
  return value;
}

async function* inputs(files: readonly string[], lines: boolean, { stdin, stopped }: CliIo) {
  if (files.length === 0) {
    stopped.addEventListener('abort', () => stdin.destroy(), { once: true });
    try {
      yield* inputLines(stdin);
    } catch (error) {
      if (!stopped.aborted) throw error;
    }
    return;
  }
  for (const file of files) {
    if (stopped.aborted) return;
    try {
      if (lines) yield* inputLines(createReadStream(file));
      else yield [await readFile(file)];
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (syscall === undefined) throw error;
      throw new CliError(`cannot read ${file}: ${code}`, undefined, { cause: error });
    }
  }
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}
