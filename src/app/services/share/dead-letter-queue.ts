import type { BrokerConfig } from '../../../domain/config/broker-config.ts';
import type { TopicConfigName, TopicConfigValue } from '../../../domain/config/config-table.ts';
import { topicConfig } from '../../../domain/config/topic-config.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { Record, RecordInput } from '../../../domain/record/record.ts';
import { encodeRecordBatch } from '../../../domain/record/record-batch.ts';
import { RECORD_BATCH_OVERHEAD } from '../../../domain/record/record-batch-header.ts';
import { recordSize, sizeRecord } from '../../../domain/record/record-writer.ts';
import type { DeadLetter } from '../../../domain/share/dead-letter.ts';
import { deadLetterRecord } from '../../../domain/share/dead-letter-record.ts';
import { refusalOfDeadLetterTopic } from '../../../domain/share/dead-letter-topic.ts';
import type { DeadLetterOptions } from '../../../domain/share/share-group-options.ts';
import type { SharePartitionKey } from '../../../domain/share-coordinator/share-partition-key.ts';
import type { TopicMetadata } from '../../../ports/catalog.ts';
import type { Checksum } from '../../../ports/checksum.ts';
import type { Clock, Timer } from '../../../ports/clock.ts';
import type { Compression } from '../../../ports/compression.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { Produce } from '../../../ports/produce.ts';
import type { TopicAdmin } from '../../../ports/topic-admin.ts';
import type { LedLog } from '../partition/led-log.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';
import { SourceRecords } from './source-records.ts';

export interface DeadLetterQueueOptions {
  readonly partitions: PartitionFinder;
  readonly topics: Pick<TopicAdmin, 'createTopics'>;
  readonly produce: Produce;
  readonly brokerConfig: BrokerConfig;
  readonly optionsOf: (groupId: string) => { readonly deadLetters: DeadLetterOptions };
  readonly clock: Clock;
  readonly timer: Timer;
  readonly checksum: Checksum;
  readonly compression: Compression;
  readonly logger: Logger;
}

/** Records of one share-partition that are given up, and the log they are in. */
export interface UndeliveredRecords {
  readonly key: SharePartitionKey;
  readonly log: Pick<LedLog, 'read'>;
  readonly letters: readonly DeadLetter[];
}

const ATTEMPTS_MAX = 5;
const BACKOFF_MS = 1_000;

/** A stop came before the letters were written. */
class Closed extends Error {}

/**
 * Writes what share groups give up to the topics they name for it (KIP-1191; Kafka's ShareGroupDLQManager). As in Kafka
 * a topic that cannot be written to does not hold the group up: that is logged, and the records are archived.
 */
export class DeadLetterQueue {
  readonly #o: DeadLetterQueueOptions;
  readonly #wakeUps = new Set<() => void>();
  #isClosed = false;

  constructor(options: DeadLetterQueueOptions) {
    this.#o = options;
  }

  /**
   * Resolves with true once the letters survive what their topic's acknowledged records do, or cannot be written; with
   * false when the broker stops before.
   */
  async write(undelivered: UndeliveredRecords): Promise<boolean> {
    const { groupId, topicId, partition } = undelivered.key;
    const { deadLetters } = this.#o.optionsOf(groupId);
    try {
      const topic = await this.#topicOf(deadLetters.topicName);
      const batch: RecordInput[] = [];
      let sizeBytes = RECORD_BATCH_OVERHEAD;
      const maxBytes = this.#configOf(topic, 'max.message.bytes');
      for await (const record of this.#recordsOf(undelivered, deadLetters)) {
        const size = recordSize(sizeRecord(record, 0n, batch.length));
        if (batch.length > 0 && sizeBytes + size > maxBytes) {
          await this.#append(topic, partition, batch.splice(0));
          sizeBytes = RECORD_BATCH_OVERHEAD;
        }
        batch.push(record);
        sizeBytes += size;
      }
      await this.#append(topic, partition, batch);
    } catch (error) {
      if (error instanceof Closed) return false;
      const offsets = undelivered.letters.map((each) => `${each.firstOffset}-${each.lastOffset}`);
      const { logger } = this.#o;
      logger.error(
        { groupId, topicId, partition, offsets, deadLetters: deadLetters.topicName, err: error },
        'dead letters could not be written, and are archived without',
      );
    }
    return true;
  }

  async #topicOf(name: string): Promise<TopicMetadata> {
    const { partitions, topics, brokerConfig } = this.#o;
    const known = partitions.topicByName(name);
    const refusal = refusalOfDeadLetterTopic({
      name,
      isEnabled: known && this.#configOf(known, 'errors.deadletterqueue.group.enable'),
      prefix: brokerConfig.get('errors.deadletterqueue.topic.name.prefix'),
      isCreated: brokerConfig.get('errors.deadletterqueue.auto.create.topics.enable'),
    });
    if (refusal !== undefined) throw new KafkaError('INVALID_CONFIG', refusal);
    if (known !== undefined) return known;
    const configs = [
      { name: 'errors.deadletterqueue.group.enable', value: 'true' },
      // The time of a letter is that of its writing already.
      { name: 'message.timestamp.type', value: 'CreateTime' },
    ];
    const topic = { name, partitions: -1, replicationFactor: -1, assignments: [], configs };
    const [created] = await topics.createTopics([topic], { validateOnly: false });
    const made = partitions.topicByName(name);
    // Another group may have been first.
    if (made !== undefined) return made;
    throw created?.error ?? new KafkaError('UNKNOWN_TOPIC_OR_PARTITION');
  }

  #configOf<Name extends TopicConfigName>(
    topic: TopicMetadata,
    name: Name,
  ): TopicConfigValue<Name> {
    return topicConfig(name, topic.configs, this.#o.brokerConfig);
  }

  async *#recordsOf(
    { key, log, letters }: UndeliveredRecords,
    { copiesRecords }: DeadLetterOptions,
  ): AsyncGenerator<RecordInput> {
    const { groupId, topicId, partition } = key;
    const { partitions, compression, clock } = this.#o;
    const topicName = partitions.topicById(topicId)?.name ?? topicId;
    const source = copiesRecords ? new SourceRecords(log, { compression }) : undefined;
    for (const { firstOffset, lastOffset, deliveryCount, cause } of letters) {
      for (let offset = firstOffset; offset <= lastOffset; offset += 1n) {
        const record = { groupId, topicName, partition, offset, deliveryCount, cause };
        yield deadLetterRecord(record, await sourceRecord(source, offset), clock.nowMs());
      }
    }
  }

  async #append(topic: TopicMetadata, partition: number, batch: readonly RecordInput[]) {
    const { produce, checksum, compression } = this.#o;
    const records = encodeRecordBatch({ records: batch }, { checksum, compression });
    const { name, id: topicId } = topic;
    const index = partition % topic.partitions.length;
    for (let attempt = 1; ; attempt++) {
      if (this.#isClosed) throw new Closed();
      const { topics } = await produce.produce({
        ...{ transactionalId: null, acks: -1, byTopicId: true },
        topicData: [{ name, topicId, partitionData: [{ index, records }] }],
      });
      const { error, errorMessage } = topics[0]!.partitions[0]!;
      if (error === 'NONE') return;
      if (error !== 'NOT_LEADER_OR_FOLLOWER' || attempt === ATTEMPTS_MAX) {
        throw new KafkaError(error, errorMessage ?? undefined);
      }
      await this.#wait(BACKOFF_MS * 2 ** (attempt - 1));
    }
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wakeUp = () => {
        this.#wakeUps.delete(wakeUp);
        cancel();
        resolve();
      };
      const cancel = this.#o.timer.schedule(delayMs, wakeUp);
      this.#wakeUps.add(wakeUp);
    });
  }

  /** What is not written yet stays in the state of its share-partition, for the next start. */
  close(): void {
    this.#isClosed = true;
    for (const wakeUp of [...this.#wakeUps]) wakeUp();
  }
}

/** A record that cannot be read any more is told of without its contents. */
async function sourceRecord(
  source: SourceRecords | undefined,
  offset: bigint,
): Promise<Record | undefined> {
  try {
    return await source?.at(offset);
  } catch {
    return undefined;
  }
}
