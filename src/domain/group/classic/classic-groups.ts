import type {
  CoordinatorContext,
  CoordinatorRecord,
  Reply,
} from '../../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../error-code.ts';
import { recordTypeOf } from '../../protocol/record-codec.ts';
import { GroupMetadataKey } from '../../protocol/records/classic-group.ts';
import { appendErrorForClients } from '../append-error.ts';
import type { Group } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import type { GroupKind } from '../group-kind.ts';
import { ClassicGroup, completeJoin, completeSync, joinError, syncError } from './classic-group.ts';
import type {
  HeartbeatCommand,
  JoinGroupAnswer,
  JoinGroupCommand,
  LeaveGroupAnswer,
  LeaveGroupCommand,
  SyncGroupAnswer,
  SyncGroupCommand,
} from './classic-messages.ts';
import { GroupMembership } from './group-membership.ts';
import { decodeGroupMetadata } from './group-metadata-record.ts';
import { JoinGroup } from './join-group.ts';
import { Rebalance } from './rebalance.ts';

/**
 * The commands of the classic protocol on groups of its own kind.
 *
 * Such a group changes when a command is carried out, as Kafka's ClassicGroup does, for most of its state is in no record;
 * only at start is it built from one.
 */
export class ClassicGroups implements GroupKind<ClassicGroup> {
  readonly recordTypes = [recordTypeOf(GroupMetadataKey)];
  readonly rebalance: Rebalance;
  private readonly groups: Map<string, Group>;
  private readonly context: CoordinatorContext;
  private readonly config: GroupConfig;
  private readonly joining: JoinGroup;
  private readonly membership: GroupMembership;

  constructor(groups: Map<string, Group>, context: CoordinatorContext, config: GroupConfig) {
    this.groups = groups;
    this.context = context;
    this.config = config;
    this.rebalance = new Rebalance(context, config);
    this.joining = new JoinGroup(context, config, this.rebalance);
    this.membership = new GroupMembership(this.rebalance);
  }

  join(group: ClassicGroup, command: JoinGroupCommand, reply: Reply<JoinGroupAnswer>): void {
    // The request's bytes are gone once it is answered; the member's metadata stay.
    const protocols = command.protocols.map(({ name, metadata }) => ({
      name,
      metadata: metadata.slice(),
    }));
    this.joining.join(group, { ...command, protocols }, reply);
  }

  sync(group: ClassicGroup, command: SyncGroupCommand, reply: Reply<SyncGroupAnswer>): void {
    const assignments = command.assignments.map(({ memberId, assignment }) => ({
      memberId,
      assignment: assignment.slice(),
    }));
    this.membership.sync(group, { ...command, assignments }, reply);
  }

  heartbeat(group: ClassicGroup, command: HeartbeatCommand): ErrorName {
    return this.membership.heartbeat(group, command);
  }

  leave(group: ClassicGroup, command: LeaveGroupCommand): LeaveGroupAnswer {
    return this.membership.leave(group, command);
  }

  /** A sign of life: who commits is there. */
  touch(group: ClassicGroup, memberId: string): void {
    this.membership.touch(group, memberId);
  }

  /** Another kind of group takes its place: who waits is told to join that, and nothing is done by the clock any more. */
  suspend(group: ClassicGroup): void {
    for (const member of group.members.values()) {
      completeJoin(member, joinError(member.memberId, 'REBALANCE_IN_PROGRESS'));
      completeSync(member, syncError('REBALANCE_IN_PROGRESS'));
    }
    this.rebalance.cancelTimers(group);
  }

  /** It has its place back. */
  resume(group: ClassicGroup): void {
    group.pendingJoinMembers.clear();
    this.adopt(group, { rebalances: group.members.size > 0 });
  }

  /** A group that came into its place with members. */
  adopt(group: ClassicGroup, { rebalances }: { readonly rebalances: boolean }): void {
    for (const member of group.members.values()) this.rebalance.rescheduleHeartbeat(group, member);
    if (rebalances) this.rebalance.prepareRebalance(group);
  }

  remove(
    group: ClassicGroup,
    others: readonly CoordinatorRecord[],
    done: (error: ErrorName) => void,
  ): void {
    const { groupId } = group;
    const records = [...others, ...group.tombstones()];
    this.rebalance.kill(group);
    this.groups.delete(groupId);
    this.context.append(records, (error) => {
      if (error === undefined) {
        done('NONE');
        return;
      }
      // The group is still in the log: it must not seem deleted until the next start.
      if (!this.groups.has(groupId)) {
        const restored = new ClassicGroup(groupId);
        restored.generationId = group.generationId;
        restored.protocolType = group.protocolType;
        restored.stateTimestampMs = this.context.nowMs();
        this.groups.set(groupId, restored);
      }
      done(appendErrorForClients(error));
    });
  }

  replay(record: CoordinatorRecord): void {
    const { groupId, value } = decodeGroupMetadata(record);
    if (value === undefined) this.groups.delete(groupId);
    else this.groups.set(groupId, ClassicGroup.fromRecord(groupId, value));
  }

  loaded(): void {
    for (const group of this.all()) {
      for (const member of group.members.values()) {
        this.rebalance.rescheduleHeartbeat(group, member);
      }
      if (group.members.size > this.config.maxSize) this.rebalance.prepareRebalance(group);
    }
  }

  unloaded(): void {
    for (const group of this.all()) {
      for (const member of group.members.values()) {
        completeJoin(member, joinError(member.memberId, 'NOT_COORDINATOR'));
        completeSync(member, syncError('NOT_COORDINATOR'));
      }
    }
  }

  /** Its members look after the topics themselves. */
  onTopicsChanged(): void {}

  private *all(): Iterable<ClassicGroup> {
    for (const group of this.groups.values()) if (group instanceof ClassicGroup) yield group;
  }
}
