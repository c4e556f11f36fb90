import type { GroupEnvironment } from '../group-environment.ts';
import { memberTombstones } from '../modern/member-tombstones.ts';
import type { StreamsGroup } from './streams-group.ts';
import type { Put, StreamsGroupLog } from './streams-group-log.ts';
import { isSameAssignment, type StreamsGroupMember } from './streams-group-member.ts';

const RETRY_MS = 1_000;

/** Taking members out: those that leave, and those that do not do in time what they have to. */
export class StreamsFencing {
  readonly #o: GroupEnvironment;
  readonly #log: StreamsGroupLog;

  constructor(environment: GroupEnvironment, log: StreamsGroupLog) {
    this.#o = environment;
    this.#log = log;
  }

  fence(group: StreamsGroup, memberId: string, put: Put): void {
    const { groupId, metadata } = group;
    for (const each of memberTombstones(groupId, memberId)) put(each);
    const epoch = metadata.epoch + 1;
    put({ kind: 'group', groupId, value: { ...metadata, epoch } });
    // Nobody is left who would ask for an assignment; the next one to come gets one at once.
    if (group.isEmpty) put({ kind: 'targetMetadata', groupId, value: { epoch, timestampMs: 0 } });
    // The session's timer stays: it finds nobody, or the member where this could not be stored.
    this.#o.context.cancel(rebalanceTimer(groupId, memberId));
  }

  /** Fences the member unless it is heard of by then. */
  expectHeartbeat(
    groupId: string,
    memberId: string,
    delayMs = this.#o.streamsOptions(groupId).sessionTimeoutMs,
  ): void {
    this.#o.context.schedule(sessionTimer(groupId, memberId), delayMs, () =>
      this.#expire(groupId, memberId),
    );
  }

  /** A member that has to give tasks up gets its own rebalance timeout for it. */
  onReconciled(groupId: string, before: StreamsGroupMember, after: StreamsGroupMember): void {
    if (isSameAssignment(before, after)) return;
    if (after.state === 'UNREVOKED_TASKS') this.expectRevocation(groupId, after);
    else this.#o.context.cancel(rebalanceTimer(groupId, after.memberId));
  }

  expectRevocation(groupId: string, member: StreamsGroupMember): void {
    const { memberId, memberEpoch, rebalanceTimeoutMs } = member;
    this.#o.context.schedule(rebalanceTimer(groupId, memberId), rebalanceTimeoutMs, () =>
      this.#expire(groupId, memberId, memberEpoch),
    );
  }

  #expire(groupId: string, memberId: string, atEpoch?: number): void {
    const group = this.#log.find(groupId);
    const member = group?.members.get(memberId);
    if (group === undefined || member === undefined) return;
    if (atEpoch !== undefined && member.memberEpoch !== atEpoch) return;
    this.#log.write(
      groupId,
      (put) => this.fence(group, memberId, put),
      (error) => {
        // It is a member still, and nobody else would look after it.
        if (error !== undefined) this.expectHeartbeat(groupId, memberId, RETRY_MS);
      },
    );
  }
}

function sessionTimer(groupId: string, memberId: string): string {
  return `streams-session\0${groupId}\0${memberId}`;
}

function rebalanceTimer(groupId: string, memberId: string): string {
  return `streams-rebalance\0${groupId}\0${memberId}`;
}
