import type { ErrorName } from '../../error-code.ts';
import type { CommitCheck, Committer, Group, OffsetAging } from '../group.ts';
import { AssignedGroup } from '../modern/assigned-group.ts';
import { isReconciledTo } from '../modern/modern-group-member.ts';
import { EMPTY_TUPLE } from './assigned-tasks.ts';
import { type MemberTaskOffsets, NO_TASK_OFFSETS } from './member-task-offsets.ts';
import type { StreamsGroupMember } from './streams-group-member.ts';
import type { StreamsGroupState } from './streams-messages.ts';
import { TaskHolders } from './task-holders.ts';
import type { TasksTuple } from './tasks-tuple.ts';
import type { ConfiguredTopology } from './topology/configured-topology.ts';
import { requiredTopics, type StreamsTopology } from './topology/streams-topology.ts';

/** What the group's record has. */
export interface StreamsGroupMetadata {
  readonly epoch: number;
  readonly metadataHash: bigint;
  /** The topology whose topics were found to be there and right; -1 where none was. */
  readonly validatedTopologyEpoch: number;
  /** What the last assignment was made with, in the order of the names. */
  readonly lastAssignmentConfigs: ReadonlyMap<string, string>;
  /** Kept as Kafka wrote them: of a plug-in for descriptions of topologies (KIP-1331), which there is none of here. */
  readonly storedDescriptionTopologyEpoch: number;
  readonly failedDescriptionTopologyEpoch: number;
}

/** A group of Kafka Streams clients (KIP-1071), Kafka's StreamsGroup: its state, which only `set…` methods change. */
export class StreamsGroup extends AssignedGroup<StreamsGroupMember, TasksTuple> implements Group {
  readonly type = 'streams';
  readonly protocolType = 'streams';
  readonly isDead = false;
  readonly holders = new TaskHolders();
  readonly #staticMembers = new Map<string, string>();
  readonly #taskOffsets = new Map<string, MemberTaskOffsets>();
  #validatedTopologyEpoch = -1;
  #lastAssignmentConfigs: ReadonlyMap<string, string> = new Map();
  #storedDescriptionTopologyEpoch = -1;
  #failedDescriptionTopologyEpoch = -1;
  #topology: StreamsTopology | undefined;
  #requiredTopics: ReadonlySet<string> = new Set();
  #configuredTopology: ConfiguredTopology | undefined;
  #shutdownRequestMemberId: string | undefined;
  #endpointInformationEpoch = 0;

  get state(): StreamsGroupState {
    if (this.isEmpty) return 'Empty';
    const { assignmentEpoch } = this;
    if (this.#topology?.epoch !== this.#validatedTopologyEpoch) return 'NotReady';
    if (this.groupEpoch > assignmentEpoch) return 'Assigning';
    for (const member of this.members.values()) {
      if (!isReconciledTo(member, assignmentEpoch)) return 'Reconciling';
    }
    return 'Stable';
  }

  get isEmpty(): boolean {
    return this.members.size === 0;
  }

  get metadata(): StreamsGroupMetadata {
    return {
      epoch: this.groupEpoch,
      metadataHash: this.metadataHash,
      validatedTopologyEpoch: this.#validatedTopologyEpoch,
      lastAssignmentConfigs: this.#lastAssignmentConfigs,
      storedDescriptionTopologyEpoch: this.#storedDescriptionTopologyEpoch,
      failedDescriptionTopologyEpoch: this.#failedDescriptionTopologyEpoch,
    };
  }

  setMetadata(metadata: StreamsGroupMetadata): void {
    const old = this.metadata;
    this.timeline.onRevert(() => this.setMetadata(old));
    this.setGroupEpoch(metadata.epoch, metadata.metadataHash);
    this.#validatedTopologyEpoch = metadata.validatedTopologyEpoch;
    this.#lastAssignmentConfigs = metadata.lastAssignmentConfigs;
    this.#storedDescriptionTopologyEpoch = metadata.storedDescriptionTopologyEpoch;
    this.#failedDescriptionTopologyEpoch = metadata.failedDescriptionTopologyEpoch;
  }

  get topology(): StreamsTopology | undefined {
    return this.#topology;
  }

  setTopology(topology: StreamsTopology | undefined): void {
    const old = this.#topology;
    this.timeline.onRevert(() => this.setTopology(old));
    this.#topology = topology;
    this.#requiredTopics = topology === undefined ? new Set() : requiredTopics(topology);
  }

  /** The topics of the topology, whether they exist or not. */
  get requiredTopics(): ReadonlySet<string> {
    return this.#requiredTopics;
  }

  /** In no record: made anew from the topology and the cluster's topics. */
  get configuredTopology(): ConfiguredTopology | undefined {
    return this.#configuredTopology;
  }

  /** Not taken back: it is made anew whenever the topics are others than those of the stored hash. */
  setConfiguredTopology(configured: ConfiguredTopology): void {
    this.#configuredTopology = configured;
  }

  protected override memberReplaced(
    old: StreamsGroupMember | undefined,
    member: StreamsGroupMember | undefined,
  ): void {
    this.holders.replace(old, member);
    this.#replaceStatic(old, member);
    if (member === undefined && old !== undefined) this.#taskOffsets.delete(old.memberId);
    if (this.isEmpty) this.#shutdownRequestMemberId = undefined;
  }

  #replaceStatic(old: StreamsGroupMember | undefined, member: StreamsGroupMember | undefined) {
    const [was, is] = [old?.instanceId ?? null, member?.instanceId ?? null];
    // A place that another member took since is no longer this one's to give up.
    if (was !== null && was !== is && this.#staticMembers.get(was) === old?.memberId) {
      this.#staticMembers.delete(was);
    }
    if (is !== null && member !== undefined) this.#staticMembers.set(is, member.memberId);
  }

  staticMember(instanceId: string): StreamsGroupMember | undefined {
    const memberId = this.#staticMembers.get(instanceId);
    return memberId === undefined ? undefined : this.members.get(memberId);
  }

  /** What the member is to have. */
  targetAssignmentOf(memberId: string): TasksTuple {
    return this.targetAssignments.get(memberId) ?? EMPTY_TUPLE;
  }

  taskOffsetsOf(memberId: string): MemberTaskOffsets {
    return this.#taskOffsets.get(memberId) ?? NO_TASK_OFFSETS;
  }

  /** In no record, and not taken back: it only tells what a member said. */
  setTaskOffsets(memberId: string, offsets: MemberTaskOffsets): void {
    this.#taskOffsets.set(memberId, offsets);
  }

  /** The member that asked for the whole application to stop, until the group is empty; in no record. */
  get shutdownRequestMemberId(): string | undefined {
    return this.#shutdownRequestMemberId;
  }

  requestShutdown(memberId: string): void {
    this.#shutdownRequestMemberId ??= memberId;
  }

  /** Rises whenever the tasks at an endpoint change; in no record, since clients only compare it. */
  get endpointInformationEpoch(): number {
    return this.#endpointInformationEpoch;
  }

  setEndpointInformationEpoch(epoch: number): void {
    this.#endpointInformationEpoch = epoch;
  }

  commitCheck(committer: Committer): CommitCheck {
    const { generationId, memberId, groupInstanceId, producer } = committer;
    // An administrator moves the offsets of a group nobody is in; a producer may name no member.
    if (generationId < 0 && this.isEmpty) return () => undefined;
    const isAnonymous = generationId === -1 && memberId === '' && groupInstanceId === null;
    if (producer !== undefined && isAnonymous) return () => undefined;
    const member = this.members.get(memberId);
    if (member === undefined) return () => 'UNKNOWN_MEMBER_ID';
    if (producer === undefined && !committer.supportsConsumerGroups) {
      return () => 'UNSUPPORTED_VERSION';
    }
    if (generationId === member.memberEpoch) return () => undefined;
    if (generationId > member.memberEpoch) return () => 'STALE_MEMBER_EPOCH';
    // Of an older epoch, but since the task became the member's: nobody else can have committed (KIP-1251).
    const subtopologies = this.#subtopologyBySource();
    return ({ topic, partition }) => {
      const id = subtopologies.get(topic);
      if (id === undefined) return 'STALE_MEMBER_EPOCH';
      const assignedAt =
        member.assigned.activeTasks.get(id)?.get(partition) ??
        member.pendingRevocation.activeTasks.get(id)?.get(partition);
      const isOwn = assignedAt !== undefined && generationId >= assignedAt;
      return isOwn ? undefined : 'STALE_MEMBER_EPOCH';
    };
  }

  /** The subtopology that reads each source topic; of several the last. */
  #subtopologyBySource(): ReadonlyMap<string, string> {
    const ids = new Map<string, string>();
    for (const each of this.#topology?.subtopologies ?? []) {
      for (const name of each.sourceTopics) ids.set(name, each.subtopologyId);
      for (const { name } of each.repartitionSourceTopics) ids.set(name, each.subtopologyId);
    }
    return ids;
  }

  offsetFetchError(memberId: string | null, memberEpoch: number): ErrorName | undefined {
    if (memberId === null && memberEpoch < 0) return undefined;
    const member = memberId === null ? undefined : this.members.get(memberId);
    if (member === undefined) return 'UNKNOWN_MEMBER_ID';
    return member.memberEpoch === memberEpoch ? undefined : 'STALE_MEMBER_EPOCH';
  }

  /** Nobody reads the topics of a group without members. */
  subscribedTopics(): ReadonlySet<string> {
    return this.isEmpty ? new Set() : new Set(this.#subtopologyBySource().keys());
  }

  /** From their commit, when nobody reads the topic. */
  offsetAging(): OffsetAging {
    const read = this.subscribedTopics();
    return (topic, { commitTimestampMs }) =>
      read.has(topic) ? undefined : Number(commitTimestampMs);
  }
}
