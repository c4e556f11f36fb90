import type { CoordinatorRecord, Reply } from '../../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../error-code.ts';
import type { GroupMetadataValue } from '../../protocol/records/classic-group.ts';
import type { MessageOf } from '../../protocol/schema.ts';
import type { CommitCheck, Committer, Group, OffsetAging } from '../group.ts';
import {
  type ClassicGroupMember,
  hasProtocol,
  metadataFor,
  NO_BYTES,
} from './classic-group-member.ts';
import type {
  ClassicGroupState,
  DescribedGroup,
  HeartbeatCommand,
  JoinedMember,
  JoinGroupAnswer,
  JoinProtocol,
  SyncGroupAnswer,
} from './classic-messages.ts';
import { groupRecord } from './group-metadata-record.ts';
import { subscribedTopicsOf } from './subscribed-topics.ts';

const CONSUMER_PROTOCOL_TYPE = 'consumer';

/**
 * The state of one classic group and the bookkeeping of its members (Kafka's ClassicGroup). What
 * moves it from state to state is in `rebalance.ts`.
 */
export class ClassicGroup implements Group {
  readonly type = 'classic';
  readonly groupId: string;
  readonly members = new Map<string, ClassicGroupMember>();
  /** Member ids given out but not yet joined (KIP-394). */
  readonly pendingJoinMembers = new Set<string>();
  readonly pendingSyncMembers = new Set<string>();
  private readonly staticMembers = new Map<string, string>();
  state: ClassicGroupState = 'Empty';
  previousState: ClassicGroupState = 'Dead';
  stateTimestampMs: number | undefined;
  generationId = 0;
  protocolType: string | null = null;
  protocolName: string | null = null;
  leaderId: string | null = null;
  /** Whether somebody joined during the initial delay, which is then prolonged. */
  newMemberAdded = false;

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  transitionTo(state: ClassicGroupState, nowMs: number): void {
    this.previousState = this.state;
    this.state = state;
    this.stateTimestampMs = nowMs;
  }

  isIn(...states: readonly ClassicGroupState[]): boolean {
    return states.includes(this.state);
  }

  get isEmpty(): boolean {
    return this.state === 'Empty' && this.pendingJoinMembers.size === 0;
  }

  get isDead(): boolean {
    return this.state === 'Dead';
  }

  /** Whether no record tells of it: it is there for its offsets, or for somebody who is about to join. */
  get isSimple(): boolean {
    return (
      this.state === 'Empty' &&
      this.generationId === 0 &&
      this.members.size === 0 &&
      this.pendingJoinMembers.size === 0
    );
  }

  get canRebalance(): boolean {
    return this.isIn('Stable', 'CompletingRebalance', 'Empty');
  }

  get awaitingJoinCount(): number {
    let count = 0;
    for (const member of this.members.values()) if (member.awaitingJoin !== undefined) count++;
    return count;
  }

  get hasAllMembersJoined(): boolean {
    if (this.pendingJoinMembers.size > 0) return false;
    // Asked for with each join of a large group: it ends with the first that is missing.
    for (const member of this.members.values()) {
      if (member.awaitingJoin === undefined) return false;
    }
    return true;
  }

  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const { rebalanceTimeoutMs } of this.members.values()) {
      longest = Math.max(longest, rebalanceTimeoutMs);
    }
    return longest;
  }

  staticMemberId(groupInstanceId: string): string | undefined {
    return this.staticMembers.get(groupInstanceId);
  }

  add(member: ClassicGroupMember, protocolType: string): void {
    if (this.members.size === 0) this.protocolType = protocolType;
    this.leaderId ??= member.memberId;
    this.members.set(member.memberId, member);
    if (member.groupInstanceId !== null) {
      this.staticMembers.set(member.groupInstanceId, member.memberId);
    }
    this.pendingJoinMembers.delete(member.memberId);
  }

  remove(memberId: string): void {
    const member = this.members.get(memberId);
    this.pendingJoinMembers.delete(memberId);
    this.pendingSyncMembers.delete(memberId);
    if (member === undefined) return;
    this.members.delete(memberId);
    if (member.groupInstanceId !== null) this.staticMembers.delete(member.groupInstanceId);
    if (this.leaderId === memberId) this.leaderId = this.members.keys().next().value ?? null;
  }

  /** Gives a static member's place to its next incarnation and fences the one before (KIP-345). */
  replaceStaticMember(groupInstanceId: string, newMemberId: string): ClassicGroupMember {
    const oldMemberId = this.staticMembers.get(groupInstanceId) as string;
    const old = this.members.get(oldMemberId) as ClassicGroupMember;
    completeJoin(old, joinError(oldMemberId, 'FENCED_INSTANCE_ID'));
    completeSync(old, syncError('FENCED_INSTANCE_ID'));
    const replaced = { ...old, memberId: newMemberId };
    const wasPendingSync = this.pendingSyncMembers.delete(oldMemberId);
    if (wasPendingSync) this.pendingSyncMembers.add(newMemberId);
    this.members.delete(oldMemberId);
    this.members.set(newMemberId, replaced);
    this.staticMembers.set(groupInstanceId, newMemberId);
    if (this.leaderId === oldMemberId) this.leaderId = newMemberId;
    return replaced;
  }

  /** UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID for who may not speak for the member. */
  memberError(memberId: string, groupInstanceId: string | null): ErrorName | undefined {
    if (groupInstanceId !== null) {
      const current = this.staticMembers.get(groupInstanceId);
      if (current === undefined) return 'UNKNOWN_MEMBER_ID';
      if (current !== memberId) return 'FENCED_INSTANCE_ID';
    }
    return this.members.has(memberId) ? undefined : 'UNKNOWN_MEMBER_ID';
  }

  supportsProtocols(protocolType: string, protocols: readonly JoinProtocol[]): boolean {
    if (this.members.size === 0) return protocolType !== '' && protocols.length > 0;
    if (this.protocolType !== protocolType) return false;
    return protocols.some(({ name }) => this.isCommonProtocol(name));
  }

  private isCommonProtocol(name: string): boolean {
    for (const member of this.members.values()) if (!hasProtocol(member, name)) return false;
    return true;
  }

  /** Each member votes for its first protocol that all share; the most votes win. */
  selectProtocol(): string | null {
    const [first] = this.members.values();
    const names = first?.protocols.map(({ name }) => name) ?? [];
    const candidates = new Set(names.filter((name) => this.isCommonProtocol(name)));
    const votes = new Map<string, number>();
    for (const { protocols } of this.members.values()) {
      const vote = protocols.find(({ name }) => candidates.has(name))?.name;
      if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let selected: string | null = null;
    let most = 0;
    for (const [name, count] of votes) if (count > most) [selected, most] = [name, count];
    return selected;
  }

  /** Keeps the leader if it rejoined, else takes one that did; false when nobody did. */
  electJoinedLeader(): boolean {
    const leader = this.leaderId === null ? undefined : this.members.get(this.leaderId);
    if (leader?.awaitingJoin !== undefined) return true;
    for (const member of this.members.values()) {
      if (member.awaitingJoin === undefined) continue;
      this.leaderId = member.memberId;
      return true;
    }
    return false;
  }

  initNextGeneration(nowMs: number): void {
    this.generationId = this.generationId === 0x7fffffff ? 1 : this.generationId + 1;
    this.pendingSyncMembers.clear();
    this.newMemberAdded = false;
    if (this.members.size === 0) {
      this.protocolName = null;
      this.leaderId = null;
      this.transitionTo('Empty', nowMs);
    } else {
      this.protocolName = this.selectProtocol();
      this.transitionTo('CompletingRebalance', nowMs);
    }
  }

  joinedMembers(): JoinedMember[] {
    return [...this.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: metadataFor(member, this.protocolName),
    }));
  }

  joinAnswer(memberId: string, change: Partial<JoinGroupAnswer> = {}): JoinGroupAnswer {
    return {
      error: 'NONE',
      generationId: this.generationId,
      protocolType: this.protocolType,
      protocolName: this.protocolName,
      leader: this.leaderId ?? '',
      skipAssignment: false,
      memberId,
      members: this.leaderId === memberId ? this.joinedMembers() : [],
      ...change,
    };
  }

  syncAnswer(member: ClassicGroupMember): SyncGroupAnswer {
    const { protocolType, protocolName } = this;
    return { error: 'NONE', protocolType, protocolName, assignment: member.assignment };
  }

  describe(): DescribedGroup {
    const stable = this.state === 'Stable';
    return {
      groupId: this.groupId,
      error: 'NONE',
      errorMessage: null,
      state: this.state,
      protocolType: this.protocolType ?? '',
      protocolData: stable ? (this.protocolName ?? '') : '',
      members: [...this.members.values()].map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        metadata: stable ? metadataFor(member, this.protocolName) : NO_BYTES,
        assignment: member.assignment,
      })),
    };
  }

  /** Undefined when the members' metadata do not tell, so that nothing may be concluded. */
  subscribedTopics(): ReadonlySet<string> | undefined {
    if (this.members.size === 0) return new Set();
    if (this.protocolType !== CONSUMER_PROTOCOL_TYPE || this.protocolName === null)
      return undefined;
    const topics = new Set<string>();
    for (const member of this.members.values()) {
      const subscribed = subscribedTopicsOf(metadataFor(member, this.protocolName));
      if (subscribed === undefined) return undefined;
      for (const topic of subscribed) topics.add(topic);
    }
    return topics;
  }

  get usesConsumerProtocol(): boolean {
    return this.protocolType === CONSUMER_PROTOCOL_TYPE;
  }

  /**
   * Who may commit: a member of the current generation, or anybody while the group is empty. A transaction may also commit
   * without naming a member, as producers do from before KIP-447.
   */
  commitCheck(committer: Committer): CommitCheck {
    const error = this.commitError(committer);
    return () => error;
  }

  private commitError(committer: Committer): ErrorName | undefined {
    const { generationId, memberId, groupInstanceId } = committer;
    const isTransactional = committer.producer !== undefined;
    if (this.isDead) return 'COORDINATOR_NOT_AVAILABLE';
    if (generationId < 0 && this.state === 'Empty') return undefined;
    if (generationId >= 0 || memberId !== '' || groupInstanceId !== null) {
      const error = this.generationError(committer);
      if (error !== undefined) return error;
    } else if (!isTransactional) {
      return 'UNKNOWN_MEMBER_ID';
    }
    if (isTransactional) return undefined;
    return this.state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : undefined;
  }

  generationError(
    command: Pick<HeartbeatCommand, 'generationId' | 'memberId' | 'groupInstanceId'>,
  ): ErrorName | undefined {
    if (this.isDead) return 'COORDINATOR_NOT_AVAILABLE';
    const error = this.memberError(command.memberId, command.groupInstanceId);
    if (error !== undefined) return error;
    return command.generationId === this.generationId ? undefined : 'ILLEGAL_GENERATION';
  }

  /** Classic members do not say who they are when they ask for offsets. */
  offsetFetchError(): ErrorName | undefined {
    return undefined;
  }

  /**
   * Offsets age from the moment the group became empty; those of a group that never had members from their commit, and
   * those of a live consumer group only when nobody subscribes to the topic any more (KIP-211).
   */
  offsetAging(): OffsetAging {
    const subscribed = this.state === 'Stable' ? this.subscribedTopics() : undefined;
    return (topic, { commitTimestampMs }) => {
      const commitMs = Number(commitTimestampMs);
      if (this.state === 'Empty') {
        return this.protocolType === null ? commitMs : (this.stateTimestampMs ?? commitMs);
      }
      return subscribed === undefined || subscribed.has(topic) ? undefined : commitMs;
    };
  }

  tombstones(): CoordinatorRecord[] {
    return [groupRecord(this.groupId, undefined)];
  }

  /** The group as its record, with `assignments` where they are not the members' own yet. */
  toRecord(assignments?: ReadonlyMap<string, Uint8Array>): CoordinatorRecord {
    return groupRecord(this.groupId, {
      protocolType: this.protocolType ?? '',
      generation: this.generationId,
      protocol: this.protocolName,
      leader: this.leaderId,
      currentStateTimestamp: BigInt(this.stateTimestampMs ?? -1),
      members: [...this.members.values()].map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: metadataFor(member, this.protocolName),
        assignment: assignments?.get(member.memberId) ?? member.assignment,
      })),
    });
  }

  static fromRecord(groupId: string, value: MessageOf<typeof GroupMetadataValue>): ClassicGroup {
    const group = new ClassicGroup(groupId);
    for (const stored of value.members) {
      const { protocol } = value;
      const member: ClassicGroupMember = {
        memberId: stored.memberId,
        groupInstanceId: stored.groupInstanceId,
        clientId: stored.clientId,
        clientHost: stored.clientHost,
        sessionTimeoutMs: stored.sessionTimeout,
        rebalanceTimeoutMs:
          stored.rebalanceTimeout < 0 ? stored.sessionTimeout : stored.rebalanceTimeout,
        protocols:
          protocol === null ? [] : [{ name: protocol, metadata: stored.subscription.slice() }],
        assignment: stored.assignment.slice(),
        isNew: false,
        awaitingJoin: undefined,
        awaitingSync: undefined,
      };
      group.add(member, value.protocolType);
    }
    const timestampMs = Number(value.currentStateTimestamp);
    group.state = value.members.length === 0 ? 'Empty' : 'Stable';
    group.stateTimestampMs = timestampMs < 0 ? undefined : timestampMs;
    group.generationId = value.generation;
    group.protocolType = value.protocolType === '' ? null : value.protocolType;
    group.protocolName = value.protocol;
    group.leaderId = value.leader;
    return group;
  }
}

export function joinError(memberId: string, error: ErrorName): JoinGroupAnswer {
  return {
    error,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    memberId,
    members: [],
  };
}

export function syncError(error: ErrorName): SyncGroupAnswer {
  return { error, protocolType: null, protocolName: null, assignment: NO_BYTES };
}

/** Answers a member's waiting JoinGroup, if there is one. */
export function completeJoin(member: ClassicGroupMember, answer: JoinGroupAnswer): boolean {
  const reply: Reply<JoinGroupAnswer> | undefined = member.awaitingJoin;
  member.awaitingJoin = undefined;
  reply?.(answer);
  return reply !== undefined;
}

export function completeSync(member: ClassicGroupMember, answer: SyncGroupAnswer): boolean {
  const reply = member.awaitingSync;
  member.awaitingSync = undefined;
  reply?.(answer);
  return reply !== undefined;
}
