import type { CoordinatorContext } from '../../coordinator/coordinator-shard.ts';
import type { Group } from '../group.ts';
import type { ModernProtocol } from '../group-config.ts';
import type { AnyMember, AssignedGroup } from './assigned-group.ts';
import type { AnyGroupRecord } from './group-record-codec.ts';
import type { ModernGroupLog, PutRecord } from './modern-group-log.ts';
import type { TopicPartitions } from './topic-partitions.ts';

const RETRY_MS = 1_000;

/** What a member has to do in time: to be heard of, and to give up what it is not to have any more. */
type Timeout = 'session' | 'rebalance';

/** Taking members out of one kind of modern groups: those that leave, and those that do not do in time what they have to. */
export abstract class MemberFencing<
  Member extends AnyMember,
  OneGroup extends AssignedGroup<Member, Target> & Group,
  GroupRecord extends AnyGroupRecord,
  Target = TopicPartitions,
> {
  readonly #protocol: ModernProtocol;
  readonly #context: CoordinatorContext;
  readonly #log: ModernGroupLog<Member, OneGroup, GroupRecord, Target>;

  constructor(
    protocol: ModernProtocol,
    context: CoordinatorContext,
    log: ModernGroupLog<Member, OneGroup, GroupRecord, Target>,
  ) {
    this.#protocol = protocol;
    this.#context = context;
    this.#log = log;
  }

  /** Takes the member out, with what follows from that for its group. */
  abstract fence(group: OneGroup, member: Member, put: PutRecord<GroupRecord>): void;

  /** Fences the member unless it is heard of by then. */
  expectHeartbeat(groupId: string, memberId: string, sessionTimeoutMs: number): void {
    this.#context.schedule(this.#timer('session', groupId, memberId), sessionTimeoutMs, () =>
      this.fenceLate(groupId, memberId),
    );
  }

  /** A member that has to give something up gets its own rebalance timeout for it. */
  expectRevocation(
    groupId: string,
    member: Member & { readonly rebalanceTimeoutMs: number },
  ): void {
    const { memberId, memberEpoch, rebalanceTimeoutMs } = member;
    this.#context.schedule(this.#timer('rebalance', groupId, memberId), rebalanceTimeoutMs, () =>
      this.fenceLate(groupId, memberId, memberEpoch),
    );
  }

  /** It has given up what it had to, or is gone. */
  protected revoked(groupId: string, memberId: string): void {
    this.#context.cancel(this.#timer('rebalance', groupId, memberId));
  }

  /** A timer that fires too late finds nobody, or a member that has gone on from the epoch, and does nothing. */
  protected fenceLate(groupId: string, memberId: string, atEpoch?: number): void {
    const group = this.#log.find(groupId);
    const member = group?.members.get(memberId);
    if (group === undefined || member === undefined) return;
    if (atEpoch !== undefined && member.memberEpoch !== atEpoch) return;
    this.#log.write(
      groupId,
      (put) => this.fence(group, member, put),
      (error) => {
        // It is a member still, and nobody else would look after it.
        if (error !== undefined) this.expectHeartbeat(groupId, memberId, RETRY_MS);
      },
    );
  }

  #timer(timeout: Timeout, groupId: string, memberId: string): string {
    return `${this.#protocol}-${timeout}\0${groupId}\0${memberId}`;
  }
}
