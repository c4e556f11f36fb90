import type { JoinProtocol } from '../classic/classic-messages.ts';
import { isSameList, type ModernGroupMember } from '../modern/modern-group-member.ts';
import {
  type AssignedPartitions,
  isSameAssigned,
  NOTHING_ASSIGNED,
} from './assigned-partitions.ts';

/** What a member of a consumer group is by its subscription, which is a record of its own. */
export interface MemberSubscription {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** In order, each once. */
  readonly subscribedTopicNames: readonly string[];
  /** Empty for none; records may have null. */
  readonly subscribedTopicRegex: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly serverAssignor: string | null;
  /** Set while the member speaks the classic protocol. */
  readonly classic: ClassicMember | null;
}

export interface ClassicMember {
  readonly sessionTimeoutMs: number;
  readonly supportedProtocols: readonly JoinProtocol[];
}

/** And by its assignment, which is another. */
export interface CurrentAssignment
  extends Pick<ModernGroupMember, 'memberEpoch' | 'previousMemberEpoch' | 'state'> {
  readonly assigned: AssignedPartitions;
  readonly pendingRevocation: AssignedPartitions;
}

/** Kafka's ConsumerGroupMember. Never changed in place. */
export interface ConsumerGroupMember
  extends ModernGroupMember,
    MemberSubscription,
    CurrentAssignment {}

export const NO_ASSIGNMENT: CurrentAssignment = {
  memberEpoch: 0,
  previousMemberEpoch: -1,
  state: 'STABLE',
  assigned: NOTHING_ASSIGNED,
  pendingRevocation: NOTHING_ASSIGNED,
};

export function newMember(memberId: string): ConsumerGroupMember {
  return {
    memberId,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopicNames: [],
    subscribedTopicRegex: '',
    rebalanceTimeoutMs: -1,
    serverAssignor: null,
    classic: null,
    ...NO_ASSIGNMENT,
  };
}

export function isSameSubscription(a: MemberSubscription, b: MemberSubscription): boolean {
  return (
    a.instanceId === b.instanceId &&
    a.rackId === b.rackId &&
    a.clientId === b.clientId &&
    a.clientHost === b.clientHost &&
    isSameList(a.subscribedTopicNames, b.subscribedTopicNames) &&
    a.subscribedTopicRegex === b.subscribedTopicRegex &&
    a.rebalanceTimeoutMs === b.rebalanceTimeoutMs &&
    a.serverAssignor === b.serverAssignor &&
    isSameClassic(a.classic, b.classic)
  );
}

function isSameClassic(a: ClassicMember | null, b: ClassicMember | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.sessionTimeoutMs === b.sessionTimeoutMs &&
    a.supportedProtocols.length === b.supportedProtocols.length &&
    a.supportedProtocols.every(({ name, metadata }, index) => {
      const other = b.supportedProtocols[index] as JoinProtocol;
      return name === other.name && isSameBytes(metadata, other.metadata);
    })
  );
}

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function isSameCurrent(a: CurrentAssignment, b: CurrentAssignment): boolean {
  return (
    a.memberEpoch === b.memberEpoch &&
    a.previousMemberEpoch === b.previousMemberEpoch &&
    a.state === b.state &&
    isSameAssigned(a.assigned, b.assigned) &&
    isSameAssigned(a.pendingRevocation, b.pendingRevocation)
  );
}
