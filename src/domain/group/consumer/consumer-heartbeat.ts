import type { Reply } from '../../coordinator/coordinator-shard.ts';
import { Timeline } from '../../coordinator/timeline.ts';
import type { KafkaError } from '../../kafka-error.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { topicNamesOf } from '../modern/modern-group-member.ts';
import { type TopicPartitions, topicPartitionsOf } from '../modern/topic-partitions.ts';
import { assignedEntries, isSameAssigned } from './assigned-partitions.ts';
import type { ConsumerFencing } from './consumer-fencing.ts';
import { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupLog, Put } from './consumer-group-log.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import {
  checkEpoch,
  checkSize,
  currentOf,
  joiningMember,
  knownMember,
} from './consumer-members.ts';
import {
  type ConsumerGroupHeartbeatAnswer,
  type ConsumerGroupHeartbeatCommand,
  LEAVE_GROUP_STATIC_MEMBER_EPOCH,
} from './consumer-messages.ts';
import type { ConsumerRebalance } from './consumer-rebalance.ts';
import type { GroupUpgrade } from './group-upgrade.ts';
import type { TopicRegexes } from './topic-regexes.ts';

export interface HeartbeatParts {
  readonly environment: GroupEnvironment;
  readonly log: ConsumerGroupLog;
  readonly rebalance: ConsumerRebalance;
  readonly regexes: TopicRegexes;
  readonly fencing: ConsumerFencing;
  readonly upgrade: GroupUpgrade;
}

/** ConsumerGroupHeartbeat: joining, staying and leaving, in the order of Kafka's `consumerGroupHeartbeat`. */
export class ConsumerHeartbeat {
  readonly #o: HeartbeatParts;

  constructor(parts: HeartbeatParts) {
    this.#o = parts;
  }

  handle(command: ConsumerGroupHeartbeatCommand, reply: Reply<ConsumerGroupHeartbeatAnswer>): void {
    const answer = (put: Put) =>
      command.memberEpoch < 0 ? this.#leave(command, put) : this.#beat(command, put);
    this.#o.log.answer(command.groupId, answer, {
      ...{ reply, refused: heartbeatError },
      tooLarge: 'The subscription is too large to be stored.',
    });
  }

  #beat(command: ConsumerGroupHeartbeatCommand, put: Put): ConsumerGroupHeartbeatAnswer {
    const { rebalance, regexes, fencing } = this.#o;
    const { groupId, memberEpoch } = command;
    const owned = command.topicPartitions && topicPartitionsOf(command.topicPartitions);
    const isJoining = memberEpoch === 0;
    const memberId = command.memberId || this.#o.environment.context.uuid();
    const existing = isJoining ? this.#o.upgrade.prepare(groupId, put) : this.#o.log.known(groupId);
    regexes.check(existing, command.subscribedTopicRegex);
    const assignor = rebalance.preferredAssignor(existing);
    const before = this.#member(existing, { ...command, memberId }, owned, put);
    const member = updated(before, command);
    const isNew = existing?.members.has(memberId) !== true;
    const namesChanged = rebalance.updateMember(isNew ? undefined : before, member, groupId, put);
    const group = this.#o.log.known(groupId);
    const regex = regexes.update(group, isNew ? undefined : before, member, put);
    const mustBump =
      namesChanged || regex.isResolved || rebalance.preferredAssignor(group) !== assignor;
    if (mustBump || group.hasMetadataExpired(this.#o.environment.context.nowMs())) {
      rebalance.updateSubscriptionMetadata(group, mustBump, put);
    }
    rebalance.updateTargetAssignment(group, put);
    const hasSubscriptionChanged = namesChanged || regex.hasChanged;
    const next = rebalance.reconcile(group, memberId, { hasSubscriptionChanged, owned }, put);
    fencing.onReconciled(groupId, member, next);
    const { sessionTimeoutMs, heartbeatIntervalMs } = this.#o.environment.timings(
      'consumer',
      groupId,
    );
    fencing.expectHeartbeat(groupId, memberId, sessionTimeoutMs);
    const isChanged = !isSameAssigned(before.assigned, next.assigned);
    return {
      error: 'NONE',
      errorMessage: null,
      memberId,
      memberEpoch: next.memberEpoch,
      heartbeatIntervalMs,
      assignment: isJoining || isFull(command) || isChanged ? assignedEntries(next.assigned) : null,
    };
  }

  /** As it was before the heartbeat. */
  #member(
    group: ConsumerGroup | undefined,
    command: ConsumerGroupHeartbeatCommand,
    owned: TopicPartitions | null,
    put: Put,
  ): ConsumerGroupMember {
    const { memberId, memberEpoch, instanceId } = command;
    const known = group ?? new ConsumerGroup(command.groupId, new Timeline());
    checkSize(known, memberId, instanceId, this.#o.environment.config);
    if (memberEpoch === 0) {
      return joiningMember(known, memberId, instanceId, { usesClassicProtocol: false }, put);
    }
    const member = knownMember(known, memberId, instanceId);
    checkEpoch(member, memberEpoch, owned);
    return member;
  }

  #leave(command: ConsumerGroupHeartbeatCommand, put: Put): ConsumerGroupHeartbeatAnswer {
    const { groupId, memberId, instanceId, memberEpoch } = command;
    const group = this.#o.log.known(groupId);
    const member = knownMember(group, memberId, instanceId);
    if (instanceId !== null && memberEpoch === LEAVE_GROUP_STATIC_MEMBER_EPOCH) {
      const value = {
        ...currentOf(member),
        memberEpoch,
        pendingRevocation: new Map(),
      };
      put({ kind: 'current', groupId, memberId, value });
    } else {
      this.#o.fencing.fence(group, member, put);
    }
    return {
      error: 'NONE',
      errorMessage: null,
      memberId,
      memberEpoch,
      heartbeatIntervalMs: 0,
      assignment: null,
    };
  }
}

/** A client that says everything wants to hear everything: it may have missed something. */
function isFull(command: ConsumerGroupHeartbeatCommand): boolean {
  const { rebalanceTimeoutMs, subscribedTopicNames, subscribedTopicRegex } = command;
  const hasSubscription = subscribedTopicNames !== null || subscribedTopicRegex !== null;
  return rebalanceTimeoutMs !== -1 && hasSubscription && command.topicPartitions !== null;
}

function updated(
  member: ConsumerGroupMember,
  command: ConsumerGroupHeartbeatCommand,
): ConsumerGroupMember {
  const { subscribedTopicNames: names, rebalanceTimeoutMs } = command;
  return {
    ...member,
    instanceId: command.instanceId ?? member.instanceId,
    rackId: command.rackId ?? member.rackId,
    clientId: command.clientId,
    clientHost: command.clientHost,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : rebalanceTimeoutMs,
    serverAssignor: command.serverAssignor ?? member.serverAssignor,
    subscribedTopicNames: names === null ? member.subscribedTopicNames : topicNamesOf(names),
    subscribedTopicRegex: command.subscribedTopicRegex ?? member.subscribedTopicRegex,
    classic: null,
  };
}

export function heartbeatError({ errorName, message }: KafkaError): ConsumerGroupHeartbeatAnswer {
  return {
    error: errorName,
    errorMessage: message === errorName ? null : message,
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
}
