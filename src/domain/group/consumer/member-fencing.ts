import type { GroupEnvironment } from '../group-environment.ts';
import { memberTombstones } from '../modern/member-tombstones.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupLog, Put } from './consumer-group-log.ts';
import { type ConsumerGroupMember, isSameCurrent } from './consumer-group-member.ts';
import type { ConsumerRebalance } from './consumer-rebalance.ts';
import type { GroupDowngrade } from './group-downgrade.ts';
import { MemberTimers } from './member-timers.ts';
import { forgetUnused } from './topic-regexes.ts';

export interface FencingParts {
  readonly environment: GroupEnvironment;
  readonly log: ConsumerGroupLog;
  readonly rebalance: ConsumerRebalance;
  readonly downgrade: GroupDowngrade;
}

/** Taking members out: those that leave, and those that do not do in time what they have to. */
export class MemberFencing {
  readonly #o: FencingParts;
  readonly #timers: MemberTimers;

  constructor(parts: FencingParts) {
    this.#o = parts;
    this.#timers = new MemberTimers(parts.environment.context);
  }

  /** Takes the members out; when only such are left that speak the classic protocol, the group becomes a classic one. */
  fence(group: ConsumerGroup, members: readonly ConsumerGroupMember[], put: Put): void {
    if (members.length === 0) return;
    const { groupId } = group;
    for (const { memberId } of members) this.#timers.cancelDuties(groupId, memberId);
    if (this.#o.downgrade.without(group, members, put)) return;
    for (const { memberId } of members) {
      for (const each of memberTombstones(groupId, memberId)) put(each);
    }
    forgetUnused(group, new Set(members.map((each) => each.subscribedTopicRegex ?? '')), put);
    this.#o.rebalance.bumpGroupEpoch(group, put);
    // Nobody is left who would ask for an assignment; the next one to come gets one at once.
    if (group.members.size > 0) return;
    put({ kind: 'targetMetadata', groupId, value: { epoch: group.groupEpoch, timestampMs: 0 } });
  }

  /** Fences the member unless it is heard of by then. */
  expectHeartbeat(groupId: string, memberId: string, sessionTimeoutMs: number): void {
    this.#timers.schedule('session', groupId, memberId, sessionTimeoutMs, () =>
      this.#expire(groupId, memberId),
    );
  }

  /** A member that has to give partitions up gets its own rebalance timeout for it. */
  onReconciled(
    group: ConsumerGroup,
    before: ConsumerGroupMember,
    after: ConsumerGroupMember,
  ): void {
    const { groupId } = group;
    const { memberId, memberEpoch, rebalanceTimeoutMs } = after;
    if (isSameCurrent(before, after)) return;
    if (after.state === 'UNREVOKED_PARTITIONS') {
      this.expectRevocation(groupId, memberId, memberEpoch, rebalanceTimeoutMs);
    } else {
      this.#timers.cancel('rebalance', groupId, memberId);
    }
  }

  expectRevocation(
    groupId: string,
    memberId: string,
    memberEpoch: number,
    rebalanceTimeoutMs: number,
  ): void {
    this.#timers.schedule('rebalance', groupId, memberId, rebalanceTimeoutMs, () =>
      this.#expire(groupId, memberId, (member) => member.memberEpoch === memberEpoch),
    );
  }

  /** A member of the classic protocol that was told to join again. */
  expectJoin(groupId: string, { memberId, rebalanceTimeoutMs }: ConsumerGroupMember): void {
    this.#timers.scheduleJoin(groupId, memberId, rebalanceTimeoutMs, () =>
      this.#expire(groupId, memberId),
    );
  }

  joined(groupId: string, memberId: string): void {
    this.#timers.cancel('join', groupId, memberId);
  }

  expectSync(groupId: string, memberId: string, rebalanceTimeoutMs: number): void {
    this.#timers.schedule('sync', groupId, memberId, rebalanceTimeoutMs, () =>
      this.#expire(groupId, memberId),
    );
  }

  synced(groupId: string, memberId: string): void {
    this.#timers.cancel('sync', groupId, memberId);
  }

  #expire(
    groupId: string,
    memberId: string,
    isLate: (member: ConsumerGroupMember) => boolean = () => true,
  ): void {
    const group = this.#o.log.find(groupId);
    const member = group?.members.get(memberId);
    if (group === undefined || member === undefined || !isLate(member)) return;
    this.#o.log.write(
      groupId,
      (put) => this.fence(group, [member], put),
      (error) => {
        // It is a member still, and nobody else would look after it.
        if (error !== undefined) this.expectHeartbeat(groupId, memberId, RETRY_MS);
      },
    );
  }
}

const RETRY_MS = 1_000;
