import { partitionForKey } from '../../domain/protocol/hashing.ts';
import type { CompressionType } from '../../domain/record/compression.ts';
import type { RecordInput } from '../../domain/record/record.ts';
import { encodeRecordBatch } from '../../domain/record/record-batch.ts';
import type { ProducedPartition } from '../../ports/produce.ts';
import type { BrokerServices } from '../running-broker.ts';
import { brokerError } from './broker-error.ts';
import { type EmbeddedTopics, type FoundTopic, placeIn } from './embedded-topics.ts';
import { type MessageOffset, type NewMessage, toRecord } from './message.ts';

/** A batch is closed above this, well below Kafka's default of max.message.bytes. */
const BATCH_BYTES = 512 * 1024;
const RECORD_OVERHEAD = 32;
const ALL_REPLICAS = -1;

interface PendingBatch {
  readonly partition: number;
  readonly records: RecordInput[];
  /** Where the records' messages stand among all. */
  readonly indexes: number[];
  sizeBytes: number;
}

/** Writes messages as a producer with acks=all would: settled once they are as durable as their topic asks. */
export class MessageProducer {
  readonly #services: BrokerServices;
  readonly #topics: EmbeddedTopics;
  readonly #nextPartition = new Map<string, number>();

  constructor(services: BrokerServices, topics: EmbeddedTopics) {
    this.#services = services;
    this.#topics = topics;
  }

  /** Offsets in the order of the messages. Messages of one partition keep their order. */
  async produce(
    topicName: string,
    messages: readonly NewMessage[],
    compression: CompressionType,
  ): Promise<MessageOffset[]> {
    if (messages.length === 0) return [];
    const topic = await this.#topics.findOrCreate(topicName);
    const batches = this.#batchesOf(topic, messages);
    const offsets = new Array<MessageOffset>(messages.length);
    const written = await Promise.all(
      batches.map((batch) => this.#write(topic, batch, compression)),
    );
    for (const [at, { partition, indexes }] of batches.entries()) {
      const { baseOffset } = written[at] as ProducedPartition;
      for (const [nth, index] of indexes.entries()) {
        offsets[index] = { partition, offset: baseOffset + BigInt(nth) };
      }
    }
    return offsets;
  }

  #batchesOf(topic: FoundTopic, messages: readonly NewMessage[]): PendingBatch[] {
    const nowMs = this.#services.clock.nowMs();
    const batches: PendingBatch[] = [];
    const open = new Map<number, PendingBatch>();
    for (const [index, message] of messages.entries()) {
      const record = toRecord(message, nowMs);
      const partition = message.partition ?? this.#partitionOf(topic, record.key ?? null);
      if (topic.partitions[partition] === undefined) {
        throw brokerError('UNKNOWN_TOPIC_OR_PARTITION', placeIn(topic, partition));
      }
      const sizeBytes = sizeOf(record);
      let batch = open.get(partition);
      if (batch === undefined || batch.sizeBytes + sizeBytes > BATCH_BYTES) {
        batch = { partition, records: [], indexes: [], sizeBytes: 0 };
        open.set(partition, batch);
        batches.push(batch);
      }
      batch.records.push(record);
      batch.indexes.push(index);
      batch.sizeBytes += sizeBytes;
    }
    return batches;
  }

  #partitionOf(topic: FoundTopic, key: Uint8Array | null): number {
    const count = topic.partitions.length;
    if (key !== null) return partitionForKey(key, count);
    const next = this.#nextPartition.get(topic.id) ?? 0;
    this.#nextPartition.set(topic.id, (next + 1) % count);
    return next % count;
  }

  async #write(
    topic: FoundTopic,
    { partition, records }: PendingBatch,
    compression: CompressionType,
  ): Promise<ProducedPartition> {
    const batch = encodeRecordBatch({ records, compression }, this.#services);
    const { topics } = await this.#services.produce.produce({
      transactionalId: null,
      acks: ALL_REPLICAS,
      byTopicId: true,
      topicData: [
        {
          name: topic.name,
          topicId: topic.id,
          partitionData: [{ index: partition, records: batch }],
        },
      ],
    });
    const produced = topics[0]?.partitions[0] as ProducedPartition;
    if (produced.error === 'NONE') return produced;
    const reason = produced.recordErrors[0]?.message ?? produced.errorMessage;
    throw brokerError(produced.error, placeIn(topic, partition), reason);
  }
}

function sizeOf({ key, value, headers = [] }: RecordInput): number {
  let size = RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) size += header.key.length + (header.value?.length ?? 0);
  return size;
}
