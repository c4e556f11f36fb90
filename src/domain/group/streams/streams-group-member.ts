import { isSameMap } from '../modern/modern-group-member.ts';
import { type AssignedTasks, isSameAssigned, NOTHING_ASSIGNED } from './assigned-tasks.ts';
import type { StreamsMemberState } from './streams-member-state.ts';

/** Where an application can be asked for its state (interactive queries). */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What a member is by what it says of itself, which is a record of its own. */
export interface StreamsMemberMetadata {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly topologyEpoch: number;
  /** Members of one process share its local state. */
  readonly processId: string;
  readonly userEndpoint: Endpoint | null;
  readonly clientTags: ReadonlyMap<string, string>;
}

/** And by its assignment, which is another. */
export interface StreamsMemberAssignment {
  readonly memberEpoch: number;
  /** Accepted as well, for the answer with the newer one may have been lost. */
  readonly previousMemberEpoch: number;
  readonly state: StreamsMemberState;
  readonly assigned: AssignedTasks;
  readonly pendingRevocation: AssignedTasks;
}

/** Kafka's StreamsGroupMember. Never changed in place. */
export interface StreamsGroupMember extends StreamsMemberMetadata, StreamsMemberAssignment {
  readonly memberId: string;
}

export const NO_ASSIGNMENT: StreamsMemberAssignment = {
  memberEpoch: 0,
  previousMemberEpoch: 0,
  state: 'STABLE',
  assigned: NOTHING_ASSIGNED,
  pendingRevocation: NOTHING_ASSIGNED,
};

export function newStreamsMember(memberId: string): StreamsGroupMember {
  return {
    ...{ memberId, instanceId: null, rackId: null, clientId: '', clientHost: '' },
    ...{ rebalanceTimeoutMs: -1, topologyEpoch: -1, processId: '', userEndpoint: null },
    clientTags: new Map(),
    ...NO_ASSIGNMENT,
  };
}

export function metadataOf(member: StreamsGroupMember): StreamsMemberMetadata {
  const { instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs } = member;
  const { topologyEpoch, processId, userEndpoint, clientTags } = member;
  return {
    ...{ instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs },
    ...{ topologyEpoch, processId, userEndpoint, clientTags },
  };
}

export function assignmentOf(member: StreamsGroupMember): StreamsMemberAssignment {
  const { memberEpoch, previousMemberEpoch, state, assigned, pendingRevocation } = member;
  return { memberEpoch, previousMemberEpoch, state, assigned, pendingRevocation };
}

export function isSameMetadata(a: StreamsMemberMetadata, b: StreamsMemberMetadata): boolean {
  return (
    a.instanceId === b.instanceId &&
    a.clientId === b.clientId &&
    a.clientHost === b.clientHost &&
    a.rebalanceTimeoutMs === b.rebalanceTimeoutMs &&
    isSameEndpoint(a.userEndpoint, b.userEndpoint) &&
    !needsNewAssignment(a, b)
  );
}

/** Whether something changed that assignments are made of. */
export function needsNewAssignment(a: StreamsMemberMetadata, b: StreamsMemberMetadata): boolean {
  return (
    a.rackId !== b.rackId ||
    a.topologyEpoch !== b.topologyEpoch ||
    a.processId !== b.processId ||
    !isSameMap(a.clientTags, b.clientTags)
  );
}

export function isSameEndpoint(a: Endpoint | null, b: Endpoint | null): boolean {
  if (a === null || b === null) return a === b;
  return a.host === b.host && a.port === b.port;
}

export function isSameAssignment(a: StreamsMemberAssignment, b: StreamsMemberAssignment): boolean {
  return (
    a.memberEpoch === b.memberEpoch &&
    a.previousMemberEpoch === b.previousMemberEpoch &&
    a.state === b.state &&
    isSameAssigned(a.assigned, b.assigned) &&
    isSameAssigned(a.pendingRevocation, b.pendingRevocation)
  );
}
