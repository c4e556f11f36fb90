import { KafkaError } from '../../../../domain/kafka-error.ts';
import type { RecordInput } from '../../../../domain/record/record.ts';
import { encodeRecordBatch } from '../../../../domain/record/record-batch.ts';
import type { TopicMetadata } from '../../../../ports/catalog.ts';
import type { Checksum } from '../../../../ports/checksum.ts';
import type { Compression } from '../../../../ports/compression.ts';
import type { Produce } from '../../../../ports/produce.ts';
import type { OutputPosition, StreamEngine } from '../../../../ports/stream-engine.ts';
import type { TopicAdmin } from '../../../../ports/topic-admin.ts';
import type { LedLog } from '../../partition/led-log.ts';
import type { PartitionFinder } from '../../partition/partition-finder.ts';
import { appendedSequence, batchSequence } from './appended-sequence.ts';
import { OutputPartitions, type PlacedRecords } from './output-partitions.ts';

export interface ViewOutputParts {
  readonly engine: Pick<StreamEngine, 'pendingOutput'>;
  readonly topics: Pick<TopicAdmin, 'ensureTopic' | 'createTopics'>;
  readonly partitions: PartitionFinder;
  readonly produce: Produce;
  readonly checksum: Checksum;
  readonly compression: Compression;
}

export interface OutputTopic {
  readonly name: string;
  /** Where the topic has to be made; the broker's default when absent. */
  readonly partitions: number | undefined;
}

export interface ViewOutputOptions {
  readonly viewId: number;
  readonly producerId: bigint;
  readonly topics: readonly OutputTopic[];
  /** As they were stored with what is pending. */
  readonly positions: readonly OutputPosition[];
}

const PAGE_RECORDS = 5000;
/** Well below Kafka's default of max.message.bytes. */
const BATCH_BYTES = 512 * 1024;
const BATCH_RECORDS = 2000;
const RECORD_OVERHEAD = 64;
const ALL_REPLICAS = -1;
const PRODUCER_EPOCH = 0;

/**
 * Appends what a view's batches committed for topics, each record once. The records wait in the engine, and where in the
 * log each goes follows from what is stored with them. After a failure or a restart the logs are asked how far the
 * view's producer came, and the log itself would refuse a sequence twice.
 */
export class ViewOutput {
  readonly #parts: ViewOutputParts;
  readonly #options: ViewOutputOptions;
  /** All records up to `#appendedTo` are in them, and no other. */
  #positions: readonly OutputPosition[];
  #appendedTo = -1n;
  /** Whether the logs hold nothing beyond the positions; after a failure they may. */
  #certain = false;

  constructor(parts: ViewOutputParts, options: ViewOutputOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#positions = options.positions;
  }

  /** Where the producer is in the topics as they are now; a topic that is missing is made. Call it with nothing pending. */
  async prepare(): Promise<readonly OutputPosition[]> {
    const positions: OutputPosition[] = [];
    for (const each of this.#options.topics) {
      const topic = await this.#ensured(each);
      positions.push(...this.#positionsIn(topic));
    }
    const same = positions.length === this.#positions.length;
    const unchanged = same && positions.every((each, index) => each === this.#positions[index]);
    // The same list tells that there is nothing to store.
    if (!unchanged) this.#positions = positions;
    return this.#positions;
  }

  /** Appends everything that is pending; resolves when it is as durable as the topics ask. */
  async append(): Promise<void> {
    await this.#adoptNewTopics();
    const place = new OutputPartitions(this.#positions);
    const done = new Map<string, OutputPosition>();
    let appendedTo = this.#appendedTo;
    try {
      for (;;) {
        const { viewId } = this.#options;
        const page = await this.#parts.engine.pendingOutput(viewId, appendedTo, PAGE_RECORDS);
        for (const placed of place.place(page)) {
          const position = await this.#appendTo(placed, done.get(nameOf(placed)));
          done.set(nameOf(placed), position);
        }
        appendedTo = page.at(-1)?.sequence ?? appendedTo;
        if (page.length < PAGE_RECORDS) break;
      }
    } catch (error) {
      this.#certain = false;
      throw error;
    }
    this.#positions = this.#positions.map((position) => done.get(nameOf(position)) ?? position);
    this.#appendedTo = appendedTo;
    this.#certain = true;
  }

  async #ensured({ name, partitions }: OutputTopic): Promise<TopicMetadata> {
    if (partitions !== undefined && this.#parts.partitions.topicByName(name) === undefined) {
      const topic = { name, partitions, replicationFactor: -1, assignments: [], configs: [] };
      await this.#parts.topics.createTopics([topic], { validateOnly: false });
    }
    return this.#parts.topics.ensureTopic(name);
  }

  #positionsIn(topic: TopicMetadata): OutputPosition[] {
    return topic.partitions.map(({ partition }) => {
      const known = this.#positions.find(
        (each) => each.topicId === topic.id && each.partition === partition,
      );
      if (known !== undefined) return known;
      const { logEndOffset } = this.#log(topic, partition);
      return { topic: topic.name, topicId: topic.id, partition, nextSequence: 0n, logEndOffset };
    });
  }

  /** A topic that was deleted meanwhile is made anew, and has nothing of what is pending. */
  async #adoptNewTopics(): Promise<void> {
    for (const { name, partitions } of this.#options.topics) {
      const topic = await this.#ensured({ name, partitions });
      const others = this.#positions.filter((each) => each.topic !== name);
      const known = this.#positions.filter((each) => each.topic === name);
      if (known.every(({ topicId }) => topicId === topic.id)) continue;
      const anew = this.#positionsIn(topic).map((each) => ({ ...each, logEndOffset: 0n }));
      this.#positions = [...others, ...anew];
      this.#certain = false;
    }
  }

  async #appendTo(
    { topic: name, partition, firstSequence, records }: PlacedRecords,
    appended: OutputPosition | undefined,
  ): Promise<OutputPosition> {
    const topic = this.#parts.partitions.topicByName(name);
    if (topic === undefined) throw new Error(`output topic ${name} was deleted`);
    const stored = this.#positions.find(
      (each) => each.topic === name && each.partition === partition,
    ) as OutputPosition;
    let position = appended ?? stored;
    if (appended === undefined && !this.#certain) {
      const { nextSequence, logEndOffset: fromOffset } = stored;
      const log = this.#log(topic, partition);
      const { producerId } = this.#options;
      const next = await appendedSequence(log, producerId, { nextSequence, fromOffset });
      position = { ...stored, nextSequence: next, logEndOffset: log.logEndOffset };
    }
    const before = position.nextSequence - firstSequence;
    const left = before <= 0n ? records : records.slice(Number(before));
    for (const batch of batchesOf(left)) {
      const end = await this.#produce(topic, partition, batch, position.nextSequence);
      const nextSequence = position.nextSequence + BigInt(batch.length);
      position = { ...position, nextSequence, logEndOffset: end };
    }
    return position;
  }

  async #produce(
    { name, id: topicId }: TopicMetadata,
    partition: number,
    records: readonly RecordInput[],
    sequence: bigint,
  ): Promise<bigint> {
    const batch = encodeRecordBatch(
      {
        records,
        producerId: this.#options.producerId,
        producerEpoch: PRODUCER_EPOCH,
        baseSequence: batchSequence(sequence),
      },
      this.#parts,
    );
    const { topics } = await this.#parts.produce.produce({
      ...{ transactionalId: null, acks: ALL_REPLICAS, byTopicId: true },
      topicData: [{ name, topicId, partitionData: [{ index: partition, records: batch }] }],
    });
    const produced = topics[0]?.partitions[0];
    if (produced === undefined || produced.error !== 'NONE') {
      const reason = produced?.recordErrors[0]?.message ?? produced?.errorMessage;
      const where = `output topic ${name}-${partition}`;
      throw new KafkaError(
        produced?.error ?? 'UNKNOWN_SERVER_ERROR',
        `${where}: ${reason ?? produced?.error}`,
      );
    }
    return produced.baseOffset + BigInt(records.length);
  }

  #log(topic: TopicMetadata, partition: number): LedLog {
    const log = this.#parts.partitions.log(topic, partition);
    if (typeof log === 'string') throw new KafkaError(log, `output topic ${topic.name}: ${log}`);
    return log;
  }
}

function* batchesOf(records: readonly RecordInput[]): Generator<readonly RecordInput[]> {
  let batch: RecordInput[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = RECORD_OVERHEAD + (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (batch.length > 0 && (bytes + size > BATCH_BYTES || batch.length >= BATCH_RECORDS)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function nameOf({ topic, partition }: { readonly topic: string; readonly partition: number }) {
  return `${topic} ${partition}`;
}
