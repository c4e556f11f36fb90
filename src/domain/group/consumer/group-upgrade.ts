import { KafkaError } from '../../kafka-error.ts';
import { ClassicGroup } from '../classic/classic-group.ts';
import { type ClassicGroupMember, metadataFor } from '../classic/classic-group-member.ts';
import type { ClassicGroups } from '../classic/classic-groups.ts';
import type { Group } from '../group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { classicGroupTombstone } from '../modern/classic-group-replacement.ts';
import type { ConsumerFencing } from './consumer-fencing.ts';
import { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupLog, Put } from './consumer-group-log.ts';
import { type ConsumerGroupMember, newMember } from './consumer-group-member.ts';
import { currentOf, subscriptionOf } from './consumer-members.ts';
import { embeddedAssignment, embeddedSubscription } from './consumer-protocol.ts';

export interface UpgradeParts {
  readonly groups: ReadonlyMap<string, Group>;
  readonly environment: GroupEnvironment;
  readonly log: ConsumerGroupLog;
  readonly classic: ClassicGroups;
  readonly fencing: ConsumerFencing;
}

/** A classic group becomes a consumer group when its first member of the consumer protocol joins (KIP-848). */
export class GroupUpgrade {
  readonly #o: UpgradeParts;

  constructor(parts: UpgradeParts) {
    this.#o = parts;
  }

  /**
   * The group as who joins it finds it; undefined where there is none yet, or only offsets. Throws GROUP_ID_NOT_FOUND, as
   * Kafka does, for a group that must stay what it is.
   */
  prepare(groupId: string, put: Put): ConsumerGroup | undefined {
    const group = this.#o.groups.get(groupId);
    if (group === undefined || group instanceof ConsumerGroup) return group;
    if (!(group instanceof ClassicGroup)) return this.#o.log.known(groupId);
    if (group.members.size === 0) {
      this.#giveWay(group, put);
      return undefined;
    }
    return this.#convert(group, put);
  }

  #giveWay(group: ClassicGroup, put: Put): void {
    put(classicGroupTombstone(group, this.#o.classic, this.#o.log));
  }

  #convert(group: ClassicGroup, put: Put): ConsumerGroup {
    const { groupId } = group;
    this.#check(group);
    const members = [...group.members.values()].map((member) => this.#member(group, member));
    this.#giveWay(group, put);
    for (const member of members) {
      put({ kind: 'member', groupId, memberId: member.memberId, value: subscriptionOf(member) });
    }
    const converted = this.#o.log.known(groupId);
    const epoch = group.generationId;
    const hash = converted.computeMetadataHash(this.#o.environment.image());
    put({ kind: 'group', groupId, value: { epoch, metadataHash: hash } });
    for (const { memberId, assigned } of members) {
      const value = new Map([...assigned].map(([topicId, each]) => [topicId, [...each.keys()]]));
      put({ kind: 'target', groupId, memberId, value });
    }
    put({ kind: 'targetMetadata', groupId, value: { epoch, timestampMs: 0 } });
    for (const member of members) {
      put({ kind: 'current', groupId, memberId: member.memberId, value: currentOf(member) });
      const { sessionTimeoutMs } = member.classic ?? { sessionTimeoutMs: 0 };
      this.#o.fencing.expectHeartbeat(groupId, member.memberId, sessionTimeoutMs);
    }
    return converted;
  }

  #check(group: ClassicGroup): void {
    const { migrationPolicy, maxSize } = this.#o.environment.config.consumer;
    if (migrationPolicy !== 'upgrade' && migrationPolicy !== 'bidirectional') {
      throw refused(group, 'group.consumer.migration.policy does not allow it');
    }
    if (!group.usesConsumerProtocol) throw refused(group, 'its members are not consumers');
    if (group.members.size > maxSize) {
      throw refused(group, `it has more than ${maxSize} members (group.consumer.max.size)`);
    }
  }

  /** As it stands: what it was assigned last is what it has and is to have. */
  #member(group: ClassicGroup, member: ClassicGroupMember): ConsumerGroupMember {
    const { protocols } = member;
    const image = this.#o.environment.image();
    const metadata =
      group.protocolName === null
        ? protocols[0]?.metadata
        : metadataFor(member, group.protocolName);
    const subscription = metadata && embeddedSubscription(metadata, image);
    const assignment = embeddedAssignment(member.assignment, image);
    if (subscription === undefined || assignment === undefined) {
      throw refused(group, 'its members tell each other what only they can read');
    }
    const epoch = group.generationId;
    return {
      ...newMember(member.memberId),
      memberEpoch: epoch,
      previousMemberEpoch: epoch,
      instanceId: member.groupInstanceId,
      rackId: subscription.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      subscribedTopicNames: subscription.topics,
      classic: { sessionTimeoutMs: member.sessionTimeoutMs, supportedProtocols: protocols },
      assigned: new Map(
        [...assignment].map(([topicId, partitions]) => [
          topicId,
          new Map(partitions.map((partition) => [partition, epoch])),
        ]),
      ),
    };
  }
}

function refused({ groupId }: ClassicGroup, reason: string): KafkaError {
  return new KafkaError(
    'GROUP_ID_NOT_FOUND',
    `Group ${groupId} is a classic group and cannot become a consumer group: ${reason}.`,
  );
}
