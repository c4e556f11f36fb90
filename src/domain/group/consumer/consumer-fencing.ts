import type { GroupEnvironment } from '../group-environment.ts';
import { MemberFencing } from '../modern/member-fencing.ts';
import { memberTombstones } from '../modern/member-tombstones.ts';
import { ClassicMemberTimers } from './classic-member-timers.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupLog, Put } from './consumer-group-log.ts';
import { type ConsumerGroupMember, isSameCurrent } from './consumer-group-member.ts';
import type { ConsumerGroupRecord } from './consumer-group-record.ts';
import type { ConsumerRebalance } from './consumer-rebalance.ts';
import type { GroupDowngrade } from './group-downgrade.ts';
import { forgetUnused } from './topic-regexes.ts';

export interface ConsumerFencingParts {
  readonly environment: GroupEnvironment;
  readonly log: ConsumerGroupLog;
  readonly rebalance: ConsumerRebalance;
  readonly downgrade: GroupDowngrade;
}

/** Taking members out of consumer groups. */
export class ConsumerFencing extends MemberFencing<
  ConsumerGroupMember,
  ConsumerGroup,
  ConsumerGroupRecord
> {
  readonly #rebalance: ConsumerRebalance;
  readonly #downgrade: GroupDowngrade;
  readonly #classic: ClassicMemberTimers;

  constructor({ environment, log, rebalance, downgrade }: ConsumerFencingParts) {
    super('consumer', environment.context, log);
    this.#rebalance = rebalance;
    this.#downgrade = downgrade;
    this.#classic = new ClassicMemberTimers(environment.context, (groupId, memberId) =>
      this.fenceLate(groupId, memberId),
    );
  }

  fence(group: ConsumerGroup, member: ConsumerGroupMember, put: Put): void {
    this.fenceAll(group, [member], put);
  }

  /** Takes the members out; when only such are left that speak the classic protocol, the group becomes a classic one. */
  fenceAll(group: ConsumerGroup, members: readonly ConsumerGroupMember[], put: Put): void {
    if (members.length === 0) return;
    const { groupId } = group;
    for (const { memberId } of members) this.#cancelDuties(groupId, memberId);
    if (this.#downgrade.without(group, members, put)) return;
    for (const { memberId } of members) {
      for (const each of memberTombstones(groupId, memberId)) put(each);
    }
    forgetUnused(group, new Set(members.map((each) => each.subscribedTopicRegex ?? '')), put);
    this.#rebalance.bumpGroupEpoch(group, put);
    // Nobody is left who would ask for an assignment; the next one to come gets one at once.
    if (group.members.size > 0) return;
    put({ kind: 'targetMetadata', groupId, value: { epoch: group.groupEpoch, timestampMs: 0 } });
  }

  /** All but the session's timer, which finds nobody when the member is gone, and the member when that could not be stored. */
  #cancelDuties(groupId: string, memberId: string): void {
    this.revoked(groupId, memberId);
    this.joined(groupId, memberId);
    this.synced(groupId, memberId);
  }

  onReconciled(groupId: string, before: ConsumerGroupMember, after: ConsumerGroupMember): void {
    if (isSameCurrent(before, after)) return;
    if (after.state === 'UNREVOKED_PARTITIONS') this.expectRevocation(groupId, after);
    else this.revoked(groupId, after.memberId);
  }

  /** A member of the classic protocol that was told to join again. */
  expectJoin(groupId: string, { memberId, rebalanceTimeoutMs }: ConsumerGroupMember): void {
    this.#classic.expectJoin(groupId, memberId, rebalanceTimeoutMs);
  }

  joined(groupId: string, memberId: string): void {
    this.#classic.joined(groupId, memberId);
  }

  expectSync(groupId: string, memberId: string, rebalanceTimeoutMs: number): void {
    this.#classic.expectSync(groupId, memberId, rebalanceTimeoutMs);
  }

  synced(groupId: string, memberId: string): void {
    this.#classic.synced(groupId, memberId);
  }
}
