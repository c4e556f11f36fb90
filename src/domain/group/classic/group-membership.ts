import type { Reply } from '../../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../error-code.ts';
import { type ClassicGroup, completeSync, syncError } from './classic-group.ts';
import type { ClassicGroupMember } from './classic-group-member.ts';
import { NO_BYTES } from './classic-group-member.ts';
import type {
  HeartbeatCommand,
  LeaveGroupAnswer,
  LeaveGroupCommand,
  LeavingMember,
  SyncGroupAnswer,
  SyncGroupCommand,
} from './classic-messages.ts';
import type { Rebalance } from './rebalance.ts';

/**
 * SyncGroup, Heartbeat and LeaveGroup of a classic group.
 */
export class GroupMembership {
  private readonly rebalance: Rebalance;

  constructor(rebalance: Rebalance) {
    this.rebalance = rebalance;
  }

  sync(group: ClassicGroup, command: SyncGroupCommand, reply: Reply<SyncGroupAnswer>): void {
    const error = group.generationError(command) ?? protocolError(group, command);
    if (error !== undefined) {
      reply(syncError(error));
      return;
    }
    const member = group.members.get(command.memberId) as ClassicGroupMember;
    switch (group.state) {
      case 'CompletingRebalance':
        this.syncWhileCompleting(group, member, command, reply);
        return;
      case 'Stable':
        this.rebalance.removePendingSync(group, member.memberId);
        reply(group.syncAnswer(member));
        return;
      case 'PreparingRebalance':
        reply(syncError('REBALANCE_IN_PROGRESS'));
        return;
      case 'Empty':
      case 'Dead':
        reply(syncError('UNKNOWN_MEMBER_ID'));
    }
  }

  private syncWhileCompleting(
    group: ClassicGroup,
    member: ClassicGroupMember,
    command: SyncGroupCommand,
    reply: Reply<SyncGroupAnswer>,
  ): void {
    completeSync(member, syncError('REBALANCE_IN_PROGRESS'));
    member.awaitingSync = reply;
    this.rebalance.removePendingSync(group, member.memberId);
    if (group.leaderId !== member.memberId) return;
    const assignments = new Map<string, Uint8Array>();
    for (const memberId of group.members.keys()) assignments.set(memberId, NO_BYTES);
    for (const { memberId, assignment } of command.assignments) {
      if (assignments.has(memberId)) assignments.set(memberId, assignment);
    }
    this.rebalance.storeAssignment(group, assignments);
  }

  heartbeat(group: ClassicGroup, command: HeartbeatCommand): ErrorName {
    const error = group.generationError(command);
    if (error !== undefined) return error;
    if (group.state === 'Empty') return 'UNKNOWN_MEMBER_ID';
    this.touch(group, command.memberId);
    return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
  }

  /** A sign of life. */
  touch(group: ClassicGroup, memberId: string): void {
    const member = group.members.get(memberId);
    if (member !== undefined) this.rebalance.rescheduleHeartbeat(group, member);
  }

  leave(group: ClassicGroup, command: LeaveGroupCommand): LeaveGroupAnswer {
    if (group.state === 'Dead') return { error: 'COORDINATOR_NOT_AVAILABLE', members: [] };
    const members = command.members.map(({ memberId, groupInstanceId }) => {
      const error = this.leaveOne(group, { memberId, groupInstanceId });
      return { memberId, groupInstanceId, error };
    });
    if (members.some(({ error }) => error === 'NONE'))
      this.rebalance.maybePrepareAfterRemoval(group);
    return { error: 'NONE', members };
  }

  private leaveOne(group: ClassicGroup, leaving: LeavingMember): ErrorName {
    const { groupInstanceId } = leaving;
    let { memberId } = leaving;
    if (group.pendingJoinMembers.has(memberId)) {
      group.remove(memberId);
      this.rebalance.cancelHeartbeat(group, memberId);
      return 'NONE';
    }
    // An administrator removes a static member by its instance id alone (KIP-345).
    if (memberId === '' && groupInstanceId !== null) {
      memberId = group.staticMemberId(groupInstanceId) ?? '';
    }
    const error = group.memberError(memberId, groupInstanceId);
    const member = group.members.get(memberId);
    if (error !== undefined || member === undefined) return error ?? 'UNKNOWN_MEMBER_ID';
    this.rebalance.removeMember(group, member);
    return 'NONE';
  }
}

/** Clients of version 5 on name the protocol they believe in (KIP-559). */
function protocolError(group: ClassicGroup, command: SyncGroupCommand): ErrorName | undefined {
  const { protocolType, protocolName } = command;
  const differs =
    (protocolType !== null && protocolType !== group.protocolType) ||
    (protocolName !== null && protocolName !== group.protocolName);
  return differs ? 'INCONSISTENT_GROUP_PROTOCOL' : undefined;
}
