import { KafkaError } from '../../domain/kafka-error.ts';
import { ProduceApi } from '../../domain/protocol/messages/produce.ts';
import { incrementSequence } from '../../domain/protocol/sequence.ts';
import type { CompressionType } from '../../domain/record/compression.ts';
import type { RecordInput } from '../../domain/record/record.ts';
import { encodeRecordBatch } from '../../domain/record/record-batch.ts';
import { checkAnswer } from './answer-error.ts';
import type { ClusterClient } from './cluster-client.ts';
import type { TopicView } from './cluster-view.ts';
import { partitionsByLeader } from './list-offsets.ts';
import { PartitionQueue, recordBytes } from './partition-queue.ts';
import { Partitioner } from './partitioner.ts';
import {
  askForProducerIdentity,
  NOT_IDEMPOTENT,
  type ProducerIdentity,
} from './producer-identity.ts';
import type { RecordCodecs } from './record-codecs.ts';

export interface ProducerOptions {
  readonly topic: TopicView;
  /** -1 (all), 0 or 1. */
  readonly acks: number;
  readonly compression: CompressionType;
}

const BATCH_BYTES = 512 * 1024;
const BUFFERED_BYTES_MAX = 32 * 1024 * 1024;
/** How long a lone record waits for others. */
const LINGER_MS = 5;
/** Version 13 names topics by id; this client goes by names. */
const MAX_VERSION = 12;
const DUPLICATE_SEQUENCE_NUMBER = 46;

/**
 * Sends records to one topic in batches by partition. One batch is under way for each partition, so that order holds
 * whatever is repeated; with acks=all the batches are numbered (KIP-98), so that repeating makes no duplicates.
 */
export class Producer {
  delivered = 0;
  readonly #cluster: ClusterClient;
  readonly #codecs: RecordCodecs;
  readonly #options: ProducerOptions;
  readonly #partitioner: Partitioner;
  readonly #queues = new Map<number, PartitionQueue>();
  #topic: TopicView | undefined;
  #identity: Promise<ProducerIdentity> | undefined;
  #bufferedBytes = 0;
  #roomAwaited: (() => void) | undefined;
  #linger: NodeJS.Timeout | undefined;
  #failure: Error | undefined;

  constructor(cluster: ClusterClient, codecs: RecordCodecs, options: ProducerOptions) {
    this.#cluster = cluster;
    this.#codecs = codecs;
    this.#options = options;
    this.#topic = options.topic;
    this.#partitioner = new Partitioner(options.topic.partitions.length, BATCH_BYTES);
  }

  /**
   * Takes a record. What it gives is to be awaited: there is something only while too much is on its way. Throws when
   * an earlier record has failed.
   */
  send(record: RecordInput, partition?: number): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const bytes = recordBytes(record);
    const queue = this.#queueOf(
      partition ?? this.#partitioner.partitionOf(record.key ?? null, bytes),
    );
    queue.add(record, bytes);
    this.#bufferedBytes += bytes;
    if (queue.bytes >= BATCH_BYTES) this.#drain(queue);
    else this.#linger ??= setTimeout(() => this.#drainAll(), LINGER_MS);
    return this.#bufferedBytes > BUFFERED_BYTES_MAX ? this.#room() : undefined;
  }

  async #room(): Promise<void> {
    this.#drainAll();
    await new Promise<void>((resolve) => {
      this.#roomAwaited = resolve;
    });
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Waits until everything is delivered; throws the first failure. */
  async flush(): Promise<void> {
    this.#drainAll();
    await Promise.all([...this.#queues.values()].map(({ draining }) => draining));
    if (this.#failure !== undefined) throw this.#failure;
  }

  #queueOf(partition: number): PartitionQueue {
    let queue = this.#queues.get(partition);
    if (queue === undefined) {
      queue = new PartitionQueue(partition);
      this.#queues.set(partition, queue);
    }
    return queue;
  }

  #drainAll(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    for (const queue of this.#queues.values()) this.#drain(queue);
  }

  #drain(queue: PartitionQueue): void {
    queue.draining ??= this.#sendAll(queue)
      .catch((error: Error) => {
        this.#failure ??= error;
      })
      .finally(() => {
        queue.draining = undefined;
        this.#roomAwaited?.();
      });
  }

  async #sendAll(queue: PartitionQueue): Promise<void> {
    while (queue.bytes > 0 && this.#failure === undefined) {
      const { records, bytes } = queue.take(BATCH_BYTES);
      await this.#sendBatch(queue, records);
      this.delivered += records.length;
      this.#bufferedBytes -= bytes;
      if (this.#bufferedBytes < BUFFERED_BYTES_MAX) this.#roomAwaited?.();
    }
  }

  async #sendBatch(queue: PartitionQueue, records: readonly RecordInput[]): Promise<void> {
    const { producerId, producerEpoch } = await this.#producerIdentity();
    const numbered = producerId >= 0n;
    const batch = encodeRecordBatch(
      {
        records,
        compression: this.#options.compression,
        producerId,
        producerEpoch,
        ...(numbered ? { baseSequence: queue.nextSequence } : {}),
      },
      this.#codecs,
    );
    try {
      await this.#produce(queue.partition, batch);
    } catch (error) {
      if (records.length === 1 || !isTooLarge(error)) throw error;
      // A topic may take less at once than this client gathers (KIP-126).
      const half = Math.ceil(records.length / 2);
      await this.#sendBatch(queue, records.slice(0, half));
      await this.#sendBatch(queue, records.slice(half));
      return;
    }
    if (numbered) queue.nextSequence = incrementSequence(queue.nextSequence, records.length);
  }

  #produce(partition: number, batch: Uint8Array): Promise<void> {
    return this.#cluster.retrying(async () => {
      try {
        await this.#produceOnce(partition, batch);
      } catch (error) {
        this.#topic = undefined;
        throw error;
      }
    });
  }

  async #produceOnce(partition: number, batch: Uint8Array): Promise<void> {
    const { acks, topic } = this.#options;
    this.#topic ??= await this.#cluster.topic(topic.name);
    const [leader = -1] = partitionsByLeader(this.#topic, [partition]).keys();
    const request = {
      acks,
      timeoutMs: this.#cluster.timeoutMs,
      topicData: [{ name: topic.name, partitionData: [{ index: partition, records: batch }] }],
    };
    const options = { maxVersion: MAX_VERSION };
    const connection = await this.#cluster.connection({ node: leader });
    if (acks === 0) return connection.sendUnanswered(ProduceApi, request, options);
    const answer = await connection.send(ProduceApi, request, options);
    const [told] = answer.responses[0]?.partitionResponses ?? [];
    const errorCode = told?.errorCode ?? -1;
    if (errorCode === DUPLICATE_SEQUENCE_NUMBER) return;
    checkAnswer(errorCode, `cannot produce to ${topic.name}-${partition}`, told?.errorMessage);
  }

  /** A cluster that gives no ids takes batches without numbers. */
  #producerIdentity(): Promise<ProducerIdentity> {
    if (this.#options.acks !== -1) return Promise.resolve(NOT_IDEMPOTENT);
    this.#identity ??= askForProducerIdentity(this.#cluster);
    return this.#identity;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof KafkaError && error.errorName === 'MESSAGE_TOO_LARGE';
}
