import type { CoordinatorContext, Reply } from '../../coordinator/coordinator-shard.ts';
import { appendErrorForClients } from '../append-error.ts';
import type { GroupConfig } from '../group-config.ts';
import { type ClassicGroup, completeJoin, joinError } from './classic-group.ts';
import { type ClassicGroupMember, matchesProtocols, NO_BYTES } from './classic-group-member.ts';
import type { JoinGroupAnswer, JoinGroupCommand } from './classic-messages.ts';
import type { Rebalance } from './rebalance.ts';

/** JoinGroup of a classic group: Kafka's `classicGroupJoinToClassicGroup` and what it calls. */
export class JoinGroup {
  private readonly context: CoordinatorContext;
  private readonly config: GroupConfig;
  private readonly rebalance: Rebalance;

  constructor(context: CoordinatorContext, config: GroupConfig, rebalance: Rebalance) {
    this.context = context;
    this.config = config;
    this.rebalance = rebalance;
  }

  join(group: ClassicGroup, command: JoinGroupCommand, reply: Reply<JoinGroupAnswer>): void {
    const { memberId } = command;
    if (group.state === 'Dead') {
      reply(joinError(memberId, 'COORDINATOR_NOT_AVAILABLE'));
    } else if (!this.accepts(group, memberId)) {
      group.remove(memberId);
      reply(joinError('', 'GROUP_MAX_SIZE_REACHED'));
    } else if (!group.supportsProtocols(command.protocolType, command.protocols)) {
      reply(joinError(memberId, 'INCONSISTENT_GROUP_PROTOCOL'));
    } else if (memberId === '') {
      this.joinNewMember(group, command, reply);
    } else {
      this.joinKnownMember(group, command, reply);
    }
  }

  /** group.max.size; while a group rebalances the first to come back keep their places. */
  private accepts(group: ClassicGroup, memberId: string): boolean {
    const { maxSize } = this.config;
    const member = group.members.get(memberId);
    switch (group.state) {
      case 'PreparingRebalance':
        return member?.awaitingJoin !== undefined || group.awaitingJoinCount < maxSize;
      case 'CompletingRebalance':
      case 'Stable':
        return member !== undefined || group.members.size < maxSize;
      case 'Empty':
      case 'Dead':
        return true;
    }
  }

  private joinNewMember(
    group: ClassicGroup,
    command: JoinGroupCommand,
    reply: Reply<JoinGroupAnswer>,
  ): void {
    const { groupInstanceId } = command;
    const memberId = `${groupInstanceId ?? command.clientId}-${this.context.uuid()}`;
    if (groupInstanceId !== null) {
      if (group.staticMemberId(groupInstanceId) === undefined) {
        this.addMember(group, memberId, command, reply);
      } else {
        this.replaceStaticMember(group, groupInstanceId, memberId, command, reply);
      }
    } else if (command.requireKnownMemberId) {
      this.rebalance.addPendingJoin(group, memberId, command.sessionTimeoutMs);
      reply(joinError(memberId, 'MEMBER_ID_REQUIRED'));
    } else {
      this.addMember(group, memberId, command, reply);
    }
  }

  private joinKnownMember(
    group: ClassicGroup,
    command: JoinGroupCommand,
    reply: Reply<JoinGroupAnswer>,
  ): void {
    const { memberId, groupInstanceId, protocols } = command;
    if (group.pendingJoinMembers.has(memberId) && groupInstanceId === null) {
      this.addMember(group, memberId, command, reply);
      return;
    }
    const error = group.memberError(memberId, groupInstanceId);
    const member = group.members.get(memberId);
    if (error !== undefined || member === undefined || group.state === 'Empty') {
      reply(joinError(memberId, error ?? 'UNKNOWN_MEMBER_ID'));
      return;
    }
    // A request that repeats what is known is answered again: the first answer was probably lost.
    const unchanged = matchesProtocols(member, protocols);
    const repeats =
      unchanged &&
      (group.state === 'CompletingRebalance' ||
        (group.state === 'Stable' && group.leaderId !== memberId));
    if (repeats) {
      reply(group.joinAnswer(memberId));
      return;
    }
    updateMember(member, command, reply);
    this.rebalance.maybePrepareRebalance(group);
  }

  private addMember(
    group: ClassicGroup,
    memberId: string,
    command: JoinGroupCommand,
    reply: Reply<JoinGroupAnswer>,
  ): void {
    const member: ClassicGroupMember = {
      memberId,
      groupInstanceId: command.groupInstanceId,
      clientId: command.clientId,
      clientHost: command.clientHost,
      sessionTimeoutMs: command.sessionTimeoutMs,
      rebalanceTimeoutMs: command.rebalanceTimeoutMs,
      protocols: command.protocols,
      assignment: NO_BYTES,
      isNew: true,
      awaitingJoin: reply,
      awaitingSync: undefined,
    };
    if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') {
      group.newMemberAdded = true;
    }
    group.add(member, command.protocolType);
    this.rebalance.rescheduleHeartbeat(group, member, this.config.newMemberJoinTimeoutMs);
    this.rebalance.maybePrepareRebalance(group);
  }

  private replaceStaticMember(
    group: ClassicGroup,
    groupInstanceId: string,
    memberId: string,
    command: JoinGroupCommand,
    reply: Reply<JoinGroupAnswer>,
  ): void {
    const oldMemberId = group.staticMemberId(groupInstanceId) as string;
    const oldLeader = group.leaderId;
    const member = group.replaceStaticMember(groupInstanceId, memberId);
    this.rebalance.cancelHeartbeat(group, oldMemberId);
    this.rebalance.rescheduleHeartbeat(group, member);
    const before = { ...member };
    updateMember(member, command, reply);
    if (group.state === 'Stable' && group.selectProtocol() === group.protocolName) {
      this.keepGeneration(group, { member, before, oldLeader }, command);
    } else {
      this.rebalance.maybePrepareRebalance(group);
    }
  }

  /**
   * A static member came back and nothing else changed: the generation stays, once the new member
   * id is stored. A leader of older clients is told that the old leader leads, lest it assign anew
   * (KIP-814).
   */
  private keepGeneration(
    group: ClassicGroup,
    change: { member: ClassicGroupMember; before: ClassicGroupMember; oldLeader: string | null },
    command: JoinGroupCommand,
  ): void {
    const { member, before, oldLeader } = change;
    const { memberId } = member;
    this.context.append(
      [group.toRecord()],
      (error) => {
        if (error !== undefined) {
          const { protocols, sessionTimeoutMs, rebalanceTimeoutMs } = before;
          Object.assign(member, { protocols, sessionTimeoutMs, rebalanceTimeoutMs });
          completeJoin(member, joinError(memberId, appendErrorForClients(error)));
        } else if (command.supportsSkippingAssignment) {
          const skipAssignment = group.leaderId === memberId;
          completeJoin(member, group.joinAnswer(memberId, { skipAssignment }));
        } else {
          completeJoin(
            member,
            group.joinAnswer(memberId, { leader: oldLeader ?? '', members: [] }),
          );
        }
      },
      { sequence: group.groupId },
    );
  }
}

function updateMember(
  member: ClassicGroupMember,
  command: JoinGroupCommand,
  reply: Reply<JoinGroupAnswer>,
): void {
  // The request before this one has lost its reader; it must not wait for ever.
  completeJoin(member, joinError(member.memberId, 'REBALANCE_IN_PROGRESS'));
  member.protocols = command.protocols;
  member.sessionTimeoutMs = command.sessionTimeoutMs;
  member.rebalanceTimeoutMs = command.rebalanceTimeoutMs;
  member.awaitingJoin = reply;
}
