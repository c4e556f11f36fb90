import type { ErrorName } from '../../domain/error-code.ts';
import type { BrokerServices } from '../running-broker.ts';
import { BrokerError, brokerError } from './broker-error.ts';
import { type FoundTopic, placeIn } from './embedded-topics.ts';

/** Committed with no member: what Kafka takes from consumers that assign partitions themselves. */
const NO_GENERATION = -1;
const NO_MEMBER = '';
const NO_OFFSET = -1n;

/** The offsets groups have committed. */
export class GroupOffsets {
  readonly #services: BrokerServices;

  constructor(services: BrokerServices) {
    this.#services = services;
  }

  /** Rejects with UNKNOWN_MEMBER_ID while the group has members: they commit for themselves. */
  async commit(
    groupId: string,
    topic: FoundTopic,
    partition: number,
    offset: bigint,
    metadata: string,
  ): Promise<void> {
    const answer = await this.#services.groups.commitOffsets({
      groupId,
      generationId: NO_GENERATION,
      memberId: NO_MEMBER,
      groupInstanceId: null,
      retentionTimeMs: -1n,
      supportsConsumerGroups: true,
      byTopicId: false,
      topics: [
        {
          name: topic.name,
          topicId: topic.id,
          partitions: [{ partition, offset, leaderEpoch: -1, metadata }],
        },
      ],
    });
    this.#check(answer[0]?.partitions[0]?.error, groupId, topic, partition);
  }

  /** Undefined when the group has committed nothing there. */
  async committed(
    groupId: string,
    topic: FoundTopic,
    partition: number,
  ): Promise<bigint | undefined> {
    const answer = await this.#services.groups.fetchOffsets({
      groupId,
      byTopicId: false,
      requireStable: false,
      topics: [{ name: topic.name, topicId: topic.id, partitions: [partition] }],
    });
    if (answer.error !== 'NONE')
      throw new BrokerError(answer.error, `group ${groupId}: ${answer.error}`);
    const found = answer.topics[0]?.partitions[0];
    this.#check(found?.error, groupId, topic, partition);
    return found === undefined || found.offset === NO_OFFSET ? undefined : found.offset;
  }

  #check(
    error: ErrorName | undefined,
    groupId: string,
    topic: FoundTopic,
    partition: number,
  ): void {
    if (error === undefined || error === 'NONE') return;
    throw brokerError(error, placeIn(topic, partition), `group ${groupId}: ${error}`);
  }
}
