import type { ConsumerGroup } from '../../../../src/domain/group/consumer/consumer-group.ts';
import type {
  ConsumerGroupHeartbeatAnswer,
  ConsumerGroupHeartbeatCommand,
} from '../../../../src/domain/group/consumer/consumer-messages.ts';
import { leadingInt16 } from '../../../../src/domain/protocol/record-codec.ts';
import {
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMetadataKey,
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMetadataKey,
} from '../../../../src/domain/protocol/records/consumer-group.ts';
import { emptyClusterMetadata } from '../../../../src/domain/topic/cluster-metadata.ts';
import { GroupHarness } from '../group-harness.ts';
import { imageOf, topicIdOf } from '../modern/topics.ts';

export interface Waiting {
  answer: ConsumerGroupHeartbeatAnswer | undefined;
}

const KINDS = new Map(
  [
    ConsumerGroupMetadataKey,
    ConsumerGroupPartitionMetadataKey,
    ConsumerGroupMemberMetadataKey,
    ConsumerGroupTargetAssignmentMetadataKey,
    ConsumerGroupTargetAssignmentMemberKey,
    ConsumerGroupCurrentMemberAssignmentKey,
    ConsumerGroupRegularExpressionKey,
  ].map(({ recordType, name }) => [recordType, name.replace(/^ConsumerGroup|Key$/g, '')]),
);

/** A shard with topics, asked by members of the consumer protocol. */
export class ConsumerHarness extends GroupHarness {
  setTopics(partitionCounts: Readonly<Record<string, number>>): void {
    const before = this.image;
    const version = before.version + 1n;
    this.image = { ...emptyClusterMetadata('cluster'), ...imageOf(partitionCounts), version };
    this.shard.onTopicsChanged(this.image, before);
  }

  beat(
    memberId: string,
    memberEpoch: number,
    change: Partial<ConsumerGroupHeartbeatCommand> = {},
  ): Waiting {
    const waiting: Waiting = { answer: undefined };
    const command: ConsumerGroupHeartbeatCommand = {
      ...{ groupId: 'g', memberId, memberEpoch },
      ...{ instanceId: null, rackId: null, clientId: 'c', clientHost: '/127.0.0.1' },
      ...{ rebalanceTimeoutMs: -1, subscribedTopicNames: null, subscribedTopicRegex: null },
      ...{ serverAssignor: null, topicPartitions: null },
      ...change,
    };
    this.shard.consumerGroupHeartbeat(command, (answer) => {
      waiting.answer = answer;
    });
    return waiting;
  }

  joinAs(memberId: string, change: Partial<ConsumerGroupHeartbeatCommand> = {}): Waiting {
    return this.beat(memberId, 0, {
      rebalanceTimeoutMs: 5_000,
      subscribedTopicNames: ['t'],
      topicPartitions: [],
      ...change,
    });
  }

  get consumers(): ConsumerGroup | undefined {
    return this.shard.groups.get('g') as unknown as ConsumerGroup | undefined;
  }

  /** The kinds of the records that were stored since the last look; a tombstone has a minus before it. */
  newRecords(): string[] {
    const kinds = this.stored
      .splice(0)
      .map(
        ({ key, value }) => `${value === null ? '-' : ''}${KINDS.get(leadingInt16(key)) ?? '?'}`,
      );
    return kinds;
  }

  override replayed(): ConsumerHarness {
    const other = new ConsumerHarness();
    other.image = this.image;
    for (const record of this.stored) other.shard.replay(record, 'loading');
    other.now = this.now;
    return other;
  }
}

export function owning(partitions: readonly number[], topic = 't') {
  return [{ topicId: topicIdOf(topic), partitions }];
}

/** All that records make of a group. */
export function stateOf(group: ConsumerGroup | undefined) {
  return (
    group && {
      epochs: [group.groupEpoch, group.assignmentEpoch, group.metadataHash],
      assignedAtMs: group.assignmentTimestampMs,
      members: new Map(group.members),
      targets: new Map(group.targetAssignments),
      regexes: new Map(group.regexes),
      topics: new Set(group.subscribedTopicNames()),
      type: group.subscriptionType,
      classicCount: group.classicMembers.count,
      assignor: group.preferredServerAssignor,
      state: group.state,
    }
  );
}
