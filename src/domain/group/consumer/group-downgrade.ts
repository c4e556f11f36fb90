import { ClassicGroup } from '../classic/classic-group.ts';
import { NO_BYTES } from '../classic/classic-group-member.ts';
import type { ClassicGroups } from '../classic/classic-groups.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { classicGroupInstead } from '../modern/classic-group-replacement.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupLog, Put } from './consumer-group-log.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import { toEmbeddedAssignment } from './consumer-protocol.ts';
import { groupTombstones } from './group-tombstones.ts';

export interface DowngradeParts {
  readonly environment: GroupEnvironment;
  readonly log: ConsumerGroupLog;
  readonly classic: ClassicGroups;
}

/** A consumer group becomes a classic group when the last member of the consumer protocol goes (KIP-848). */
export class GroupDowngrade {
  readonly #o: DowngradeParts;

  constructor(parts: DowngradeParts) {
    this.#o = parts;
  }

  /** Does it where only such members are left that speak the classic protocol; whether it did. */
  without(group: ConsumerGroup, leaving: readonly ConsumerGroupMember[], put: Put): boolean {
    const leftCount = group.members.size - leaving.length;
    const classicCount =
      group.classicMembers.count - leaving.filter(({ classic }) => classic !== null).length;
    if (leftCount === 0 || classicCount < leftCount || !this.#isAllowed(leftCount)) return false;
    const gone = new Set(leaving.map(({ memberId }) => memberId));
    const left = [...group.members.values()].filter(({ memberId }) => !gone.has(memberId));
    this.#convert(group, left, put, { rebalances: true });
    return true;
  }

  /** Does it where the last such member was replaced by one of the classic protocol; whether it could. */
  isDueAfterReplacing(group: ConsumerGroup, replaced: ConsumerGroupMember): boolean {
    const { members, classicMembers } = group;
    const isLast = replaced.classic === null && classicMembers.count === members.size;
    return isLast && this.#isAllowed(members.size);
  }

  all(group: ConsumerGroup, put: Put, o: { readonly rebalances: boolean }): void {
    this.#convert(group, [...group.members.values()], put, o);
  }

  /** A group without members makes room for a classic one; what it is called is all that is left of it. */
  empty(group: ConsumerGroup): ClassicGroup {
    const { log, classic } = this.#o;
    return classicGroupInstead(group.groupId, groupTombstones(group), classic, log);
  }

  #isAllowed(size: number): boolean {
    const { consumer, maxSize } = this.#o.environment.config;
    const { migrationPolicy } = consumer;
    const isEnabled = migrationPolicy === 'downgrade' || migrationPolicy === 'bidirectional';
    return isEnabled && size <= maxSize;
  }

  #convert(
    group: ConsumerGroup,
    members: readonly ConsumerGroupMember[],
    put: Put,
    { rebalances }: { readonly rebalances: boolean },
  ): void {
    const { groupId } = group;
    const { classic, log } = this.#o;
    const converted = this.#classicGroup(group, members);
    for (const tombstone of groupTombstones(group)) put(tombstone);
    put({
      kind: 'other',
      record: converted.toRecord(),
      apply() {
        log.replaceGroup(groupId, converted, () => classic.rebalance.kill(converted));
        classic.adopt(converted, { rebalances });
      },
    });
  }

  #classicGroup(group: ConsumerGroup, members: readonly ConsumerGroupMember[]): ClassicGroup {
    const { context, image } = this.#o.environment;
    const converted = new ClassicGroup(group.groupId);
    converted.generationId = group.groupEpoch;
    for (const member of members) {
      const { sessionTimeoutMs, supportedProtocols } = member.classic as NonNullable<
        ConsumerGroupMember['classic']
      >;
      const [first] = supportedProtocols;
      converted.add(
        {
          memberId: member.memberId,
          groupInstanceId: member.instanceId,
          clientId: member.clientId,
          clientHost: member.clientHost,
          sessionTimeoutMs,
          rebalanceTimeoutMs: member.rebalanceTimeoutMs,
          protocols: supportedProtocols,
          assignment:
            first === undefined
              ? NO_BYTES
              : toEmbeddedAssignment(member.assigned, first.metadata, image()),
          isNew: false,
          awaitingJoin: undefined,
          awaitingSync: undefined,
        },
        'consumer',
      );
    }
    converted.protocolName = converted.selectProtocol();
    converted.transitionTo('Stable', context.nowMs());
    return converted;
  }
}
