import { setTimeout as sleep } from 'node:timers/promises';
import { FetchApi } from '../../domain/protocol/messages/fetch.ts';
import type { ResponseOf } from '../../domain/protocol/schema.ts';
import { answerError, checkAnswer } from './answer-error.ts';
import type { ClusterClient } from './cluster-client.ts';
import type { TopicView } from './cluster-view.ts';
import { type FetchedRange, readFetchedBatches } from './fetched-batches.ts';
import { type Isolation, isolationLevel, partitionsByLeader } from './list-offsets.ts';
import type { RecordCodecs } from './record-codecs.ts';
import { isRetriable } from './retry.ts';

export interface PartitionConsumerOptions {
  readonly topic: string;
  /** Where each partition starts. */
  readonly positions: ReadonlyMap<number, bigint>;
  readonly isolation: Isolation;
  readonly signal: AbortSignal;
}

export interface FetchedRecords extends FetchedRange {
  readonly partition: number;
}

type FetchAnswer = ResponseOf<typeof FetchApi>;
type PartitionAnswer = FetchAnswer['responses'][number]['partitions'][number];

interface Outcome {
  readonly leader: number;
  readonly answer?: FetchAnswer;
  readonly error?: Error;
}

const MAX_WAIT_MS = 500;
const MAX_BYTES = 50 * 1024 * 1024;
const PARTITION_MAX_BYTES = 1024 * 1024;
/** Version 13 and later name topics by id; this client goes by names. */
const MAX_VERSION = 12;
const RETRY_PAUSE_MS = 200;

/** Fetches partitions of one topic from their leaders, with one fetch under way at each of them. */
export class PartitionConsumer {
  readonly #cluster: ClusterClient;
  readonly #codecs: RecordCodecs;
  readonly #options: PartitionConsumerOptions;
  readonly #positions: Map<number, bigint>;
  readonly #underWay = new Map<number, Promise<Outcome>>();
  #topic: TopicView | undefined;
  #failingSinceMs: number | undefined;

  constructor(cluster: ClusterClient, codecs: RecordCodecs, options: PartitionConsumerOptions) {
    this.#cluster = cluster;
    this.#codecs = codecs;
    this.#options = options;
    this.#positions = new Map(options.positions);
  }

  /** Fetches this partition no longer. */
  drop(partition: number): void {
    this.#positions.delete(partition);
  }

  /** What is fetched, until the signal or until no partition is left; throws what does not pass. */
  async *fetches(): AsyncGenerator<FetchedRecords, void, undefined> {
    const { signal } = this.#options;
    const stopped = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    while (!signal.aborted && this.#positions.size > 0) {
      try {
        await this.#fetchFromLeaders();
        const outcome = await Promise.race([...this.#underWay.values(), stopped]);
        if (outcome === undefined) return;
        this.#underWay.delete(outcome.leader);
        if (outcome.answer === undefined) throw outcome.error;
        yield* this.#read(outcome.answer);
        this.#failingSinceMs = undefined;
      } catch (error) {
        if (signal.aborted) return;
        await this.#pause(error);
      }
    }
  }

  async #fetchFromLeaders(): Promise<void> {
    this.#topic ??= await this.#cluster.topic(this.#options.topic);
    for (const [leader, partitions] of partitionsByLeader(this.#topic, this.#positions.keys())) {
      if (!this.#underWay.has(leader)) this.#underWay.set(leader, this.#fetch(leader, partitions));
    }
  }

  async #fetch(leader: number, partitions: readonly number[]): Promise<Outcome> {
    const { topic, isolation } = this.#options;
    try {
      const request = {
        maxWaitMs: MAX_WAIT_MS,
        minBytes: 1,
        maxBytes: MAX_BYTES,
        isolationLevel: isolationLevel(isolation),
        topics: [
          {
            topic,
            partitions: partitions.map((partition) => ({
              partition,
              fetchOffset: this.#positions.get(partition) as bigint,
              partitionMaxBytes: PARTITION_MAX_BYTES,
            })),
          },
        ],
        forgottenTopicsData: [],
      };
      const options = { maxVersion: MAX_VERSION };
      const answer = await this.#cluster.send({ node: leader }, FetchApi, request, options);
      return { leader, answer };
    } catch (error) {
      return { leader, error: error as Error };
    }
  }

  *#read(answer: FetchAnswer): Generator<FetchedRecords, void, undefined> {
    checkAnswer(answer.errorCode, `cannot fetch from ${this.#options.topic}`);
    let failure: Error | undefined;
    const fetched: FetchedRecords[] = [];
    for (const partition of answer.responses.flatMap(({ partitions }) => partitions)) {
      if (partition.errorCode === 0) fetched.push(...this.#readPartition(partition));
      else failure ??= this.#errorOf(partition);
    }
    yield* fetched;
    if (failure !== undefined) throw failure;
  }

  *#readPartition(answer: PartitionAnswer): Generator<FetchedRecords, void, undefined> {
    const { partitionIndex: partition, records: bytes, abortedTransactions } = answer;
    const position = this.#positions.get(partition);
    if (position === undefined || bytes === null || bytes.length === 0) return;
    const range = readFetchedBatches(bytes, position, abortedTransactions ?? [], this.#codecs);
    this.#positions.set(partition, range.position);
    yield { partition, ...range };
  }

  #errorOf({ partitionIndex, errorCode, logStartOffset }: PartitionAnswer): Error {
    const position = this.#positions.get(partitionIndex);
    const start = logStartOffset < 0n ? '' : ` (the log starts at ${logStartOffset})`;
    const what = `${this.#options.topic}-${partitionIndex} at offset ${position}${start}`;
    return answerError(errorCode, `cannot fetch ${what}`);
  }

  /** Throws when a failure does not pass; else waits a little and looks again at who leads. */
  async #pause(error: unknown): Promise<void> {
    const nowMs = performance.now();
    this.#failingSinceMs ??= nowMs;
    if (!isRetriable(error) || nowMs - this.#failingSinceMs > this.#cluster.timeoutMs) throw error;
    this.#topic = undefined;
    const { signal } = this.#options;
    await sleep(RETRY_PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}
