import { decodeRecordBatch } from '../../domain/record/record-batch.ts';
import { batchesOf } from '../../domain/record/record-batches.ts';
import type { FetchedPartition, FetchResult } from '../../ports/fetch.ts';
import type { BrokerServices } from '../running-broker.ts';
import { brokerError, OffsetOutOfRangeError } from './broker-error.ts';
import { type FoundTopic, placeIn } from './embedded-topics.ts';
import { fromRecord, type Message } from './message.ts';

export interface ReadPosition {
  readonly topic: FoundTopic;
  readonly partition: number;
  readonly offset: bigint;
}

export interface FetchLimits {
  /** 500 when absent. */
  readonly maxMessages?: number;
  /** Of one read; a single larger batch is read all the same. 1 MiB when absent. */
  readonly maxBytes?: number;
  /** How long to wait for a first message at the end of the log. 0 when absent. */
  readonly maxWaitMs?: number;
}

const MESSAGES_DEFAULT = 500;
const BYTES_DEFAULT = 1024 * 1024;
const NO_SESSION_EPOCH = -1;

/** Reads messages of a partition from an offset, as a consumer would that is not in a group. */
export class MessageReader {
  readonly #services: BrokerServices;

  constructor(services: BrokerServices) {
    this.#services = services;
  }

  async read(position: ReadPosition, limits: FetchLimits): Promise<Message[]> {
    const { maxMessages = MESSAGES_DEFAULT } = limits;
    const messages: Message[] = [];
    let { offset } = position;
    while (messages.length < maxMessages) {
      // Only an empty answer is worth waiting for.
      const maxWaitMs = messages.length === 0 ? (limits.maxWaitMs ?? 0) : 0;
      const result = await this.#fetch({ ...position, offset }, limits, maxWaitMs);
      try {
        const next = this.#take(position, result, offset, maxMessages, messages);
        if (next === offset) break;
        offset = next;
      } finally {
        result.release();
      }
    }
    return messages;
  }

  async #fetch(
    { topic, partition, offset }: ReadPosition,
    { maxBytes = BYTES_DEFAULT }: FetchLimits,
    maxWaitMs: number,
  ): Promise<FetchResult> {
    return this.#services.fetch.fetch({
      byTopicId: true,
      isolation: 'read_uncommitted',
      ...{ maxWaitMs, minBytes: 1, maxBytes },
      sessionId: 0,
      sessionEpoch: NO_SESSION_EPOCH,
      partitions: [
        {
          topic: topic.name,
          topicId: topic.id,
          partition,
          currentLeaderEpoch: -1,
          fetchOffset: offset,
          lastFetchedEpoch: -1,
          maxBytes,
        },
      ],
      forgotten: [],
    });
  }

  /** Adds the messages of an answer and gives the offset to go on from. */
  #take(
    { topic, partition }: ReadPosition,
    { partitions }: FetchResult,
    from: bigint,
    maxMessages: number,
    messages: Message[],
  ): bigint {
    const { error, slices } = partitions[0] as FetchedPartition;
    if (error === 'OFFSET_OUT_OF_RANGE')
      throw new OffsetOutOfRangeError(topic.name, partition, from);
    if (error !== 'NONE') throw brokerError(error, placeIn(topic, partition));
    let next = from;
    for (const slice of slices) {
      for (const { bytes } of batchesOf(slice)) {
        const batch = decodeRecordBatch(bytes, this.#services);
        for (const record of batch.control ? [] : batch.records) {
          // A batch is given whole, so it may begin before what was asked for.
          if (record.offset < from) continue;
          if (messages.length === maxMessages) return record.offset;
          messages.push(fromRecord(topic.name, partition, record));
        }
        next = batch.lastOffset + 1n;
      }
    }
    return next;
  }
}
