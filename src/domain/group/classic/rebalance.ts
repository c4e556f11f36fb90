import type { CoordinatorContext } from '../../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../error-code.ts';
import { appendErrorForClients } from '../append-error.ts';
import type { GroupConfig } from '../group-config.ts';
import {
  type ClassicGroup,
  completeJoin,
  completeSync,
  joinError,
  syncError,
} from './classic-group.ts';
import { type ClassicGroupMember, NO_BYTES } from './classic-group-member.ts';

type RebalanceConfig = Pick<GroupConfig, 'initialRebalanceDelayMs'>;

/**
 * The classic rebalance: who waits for whom, and until when. Method names and order of steps follow
 * Kafka's GroupMetadataManager, so that the two can be read side by side.
 */
export class Rebalance {
  private readonly context: CoordinatorContext;
  private readonly config: RebalanceConfig;

  constructor(context: CoordinatorContext, config: RebalanceConfig) {
    this.context = context;
    this.config = config;
  }

  prepareRebalance(group: ClassicGroup): void {
    if (group.state === 'CompletingRebalance') {
      this.resetAndPropagateAssignment(group, 'REBALANCE_IN_PROGRESS');
    }
    this.context.cancel(syncKey(group));
    const isInitial = group.state === 'Empty';
    group.transitionTo('PreparingRebalance', this.context.nowMs());
    if (!isInitial) {
      this.completeJoinOrWait(group);
      return;
    }
    const delayMs = this.config.initialRebalanceDelayMs;
    const remainingMs = Math.max(group.rebalanceTimeoutMs - delayMs, 0);
    group.newMemberAdded = false;
    this.scheduleInitialRebalance(group, delayMs, remainingMs);
  }

  maybePrepareRebalance(group: ClassicGroup): void {
    if (group.canRebalance) this.prepareRebalance(group);
    else this.maybeCompleteJoin(group);
  }

  /** The initial delay is waited out even when all members known so far are there (KIP-134). */
  maybeCompleteJoin(group: ClassicGroup): void {
    const isInitial = group.previousState === 'Empty';
    if (group.state === 'PreparingRebalance' && group.hasAllMembersJoined && !isInitial) {
      this.completeJoinPhase(group);
    }
  }

  private scheduleInitialRebalance(
    group: ClassicGroup,
    delayMs: number,
    remainingMs: number,
  ): void {
    this.context.schedule(joinKey(group), delayMs, () => {
      if (!group.newMemberAdded || remainingMs === 0) {
        this.completeJoinPhase(group);
        return;
      }
      group.newMemberAdded = false;
      const nextMs = Math.min(this.config.initialRebalanceDelayMs, remainingMs);
      this.scheduleInitialRebalance(group, nextMs, Math.max(remainingMs - delayMs, 0));
    });
  }

  private completeJoinOrWait(group: ClassicGroup): void {
    if (group.hasAllMembersJoined) {
      this.completeJoinPhase(group);
    } else {
      const waitMs = group.rebalanceTimeoutMs;
      this.context.schedule(joinKey(group), waitMs, () => this.completeJoinPhase(group));
    }
  }

  private completeJoinPhase(group: ClassicGroup): void {
    this.context.cancel(joinKey(group));
    if (group.state !== 'PreparingRebalance') return;
    for (const member of group.members.values()) {
      // A static member may come back within its session: its place is kept (KIP-345).
      if (member.awaitingJoin !== undefined || member.groupInstanceId !== null) continue;
      group.remove(member.memberId);
      this.cancelHeartbeat(group, member.memberId);
    }
    if (group.members.size > 0 && !group.electJoinedLeader()) {
      const waitMs = group.rebalanceTimeoutMs;
      this.context.schedule(joinKey(group), waitMs, () => this.completeJoinPhase(group));
      return;
    }
    group.initNextGeneration(this.context.nowMs());
    if (group.isIn('Empty')) {
      // A lost record only means that the group restarts from an older generation.
      this.context.append([group.toRecord()], () => {}, { sequence: group.groupId });
      return;
    }
    for (const member of group.members.values()) {
      completeJoin(member, group.joinAnswer(member.memberId));
      member.isNew = false;
      group.pendingSyncMembers.add(member.memberId);
      this.rescheduleHeartbeat(group, member);
    }
    this.schedulePendingSync(group);
  }

  /** A member that joined but never synced would hold up its group's work. */
  private schedulePendingSync(group: ClassicGroup): void {
    const { generationId } = group;
    this.context.schedule(syncKey(group), group.rebalanceTimeoutMs, () => {
      if (group.generationId !== generationId) return;
      if (!group.isIn('CompletingRebalance', 'Stable')) return;
      if (group.pendingSyncMembers.size === 0) return;
      for (const memberId of group.pendingSyncMembers) {
        group.remove(memberId);
        this.cancelHeartbeat(group, memberId);
      }
      this.prepareRebalance(group);
    });
  }

  removePendingSync(group: ClassicGroup, memberId: string): void {
    group.pendingSyncMembers.delete(memberId);
    if (group.pendingSyncMembers.size === 0) this.context.cancel(syncKey(group));
  }

  storeAssignment(group: ClassicGroup, assignments: ReadonlyMap<string, Uint8Array>): void {
    const { generationId } = group;
    const record = group.toRecord(assignments);
    this.context.append(
      [record],
      (error) => {
        if (group.state !== 'CompletingRebalance' || group.generationId !== generationId) return;
        if (error !== undefined) {
          this.resetAndPropagateAssignment(group, appendErrorForClients(error));
          this.maybePrepareRebalance(group);
          return;
        }
        for (const member of group.members.values()) {
          member.assignment = assignments.get(member.memberId) ?? NO_BYTES;
        }
        group.transitionTo('Stable', this.context.nowMs());
        for (const member of group.members.values()) {
          if (completeSync(member, group.syncAnswer(member)))
            this.rescheduleHeartbeat(group, member);
        }
      },
      { sequence: group.groupId },
    );
  }

  private resetAndPropagateAssignment(group: ClassicGroup, error: ErrorName): void {
    for (const member of group.members.values()) {
      member.assignment = NO_BYTES;
      if (completeSync(member, syncError(error))) this.rescheduleHeartbeat(group, member);
    }
  }

  removeMember(group: ClassicGroup, member: ClassicGroupMember): void {
    this.cancelHeartbeat(group, member.memberId);
    // Without an id, as ClassicGroupManager answers: the member has to ask for a new one.
    completeJoin(member, joinError('', 'UNKNOWN_MEMBER_ID'));
    completeSync(member, syncError('UNKNOWN_MEMBER_ID'));
    group.remove(member.memberId);
  }

  addPendingJoin(group: ClassicGroup, memberId: string, sessionTimeoutMs: number): void {
    group.pendingJoinMembers.add(memberId);
    this.context.schedule(heartbeatKey(group, memberId), sessionTimeoutMs, () =>
      this.expireHeartbeat(group, memberId),
    );
  }

  rescheduleHeartbeat(
    group: ClassicGroup,
    member: ClassicGroupMember,
    timeoutMs: number = member.sessionTimeoutMs,
  ): void {
    const { memberId } = member;
    this.context.schedule(heartbeatKey(group, memberId), timeoutMs, () =>
      this.expireHeartbeat(group, memberId),
    );
  }

  cancelHeartbeat(group: ClassicGroup, memberId: string): void {
    this.context.cancel(heartbeatKey(group, memberId));
  }

  private expireHeartbeat(group: ClassicGroup, memberId: string): void {
    if (group.state === 'Dead') return;
    if (group.pendingJoinMembers.has(memberId)) {
      group.remove(memberId);
      this.maybeCompleteJoin(group);
      return;
    }
    const member = group.members.get(memberId);
    if (member === undefined) return;
    // Who waits for the coordinator is alive as far as it can tell, unless it is new and waited
    // long.
    const waits = member.awaitingJoin !== undefined || member.awaitingSync !== undefined;
    if (waits && !member.isNew) return;
    this.removeMember(group, member);
    this.maybePrepareAfterRemoval(group);
  }

  maybePrepareAfterRemoval(group: ClassicGroup): void {
    if (group.isIn('Stable', 'CompletingRebalance')) this.prepareRebalance(group);
    else this.maybeCompleteJoin(group);
  }

  cancelTimers(group: ClassicGroup): void {
    this.context.cancel(joinKey(group));
    this.context.cancel(syncKey(group));
    for (const memberId of group.pendingJoinMembers) this.cancelHeartbeat(group, memberId);
    for (const memberId of group.members.keys()) this.cancelHeartbeat(group, memberId);
  }

  /** Ends the group for good: whoever waits is told, and its timers stop. */
  kill(group: ClassicGroup): void {
    this.cancelTimers(group);
    for (const member of group.members.values()) this.removeMember(group, member);
    group.transitionTo('Dead', this.context.nowMs());
  }
}

function joinKey(group: ClassicGroup): string {
  return `join\0${group.groupId}`;
}

function syncKey(group: ClassicGroup): string {
  return `sync\0${group.groupId}`;
}

function heartbeatKey(group: ClassicGroup, memberId: string): string {
  return `heartbeat\0${group.groupId}\0${memberId}`;
}
