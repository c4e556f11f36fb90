import type { Timeline } from '../../coordinator/timeline.ts';

/** How long a group goes without a look at its topics when nobody tells it of a change: as good as for ever, as in Kafka. */
export const METADATA_REFRESH_INTERVAL_MS = 2_147_483_647;

export interface AnyMember {
  readonly memberId: string;
  readonly memberEpoch: number;
}

/**
 * The state of a group whose members are assigned by the coordinator, whatever it is that they are assigned: what its records
 * say. Three epochs: the group's rises with whatever calls for another assignment, the assignment's follows when there is
 * one, a member's when it has what it is to have.
 *
 * Every change is made by one of the `set…` methods, which know their opposite: see Timeline.
 */
export abstract class AssignedGroup<Member extends AnyMember, Target> {
  readonly groupId: string;
  protected readonly timeline: Timeline;
  readonly #members = new Map<string, Member>();
  readonly #targetAssignment = new Map<string, Target>();
  /** The first change of a group is to epoch 2, as in Kafka since 4.3. */
  #groupEpoch = 1;
  #metadataHash = 0n;
  /** As the group's, before the first assignment. */
  #assignmentEpoch = 1;
  #assignmentTimestampMs = 0;
  #metadataRefreshAtMs = 0;

  constructor(groupId: string, timeline: Timeline) {
    this.groupId = groupId;
    this.timeline = timeline;
  }

  get groupEpoch(): number {
    return this.#groupEpoch;
  }

  get metadataHash(): bigint {
    return this.#metadataHash;
  }

  setGroupEpoch(epoch: number, hash: bigint): void {
    const [oldEpoch, oldHash] = [this.#groupEpoch, this.#metadataHash];
    this.timeline.onRevert(() => {
      this.setGroupEpoch(oldEpoch, oldHash);
      this.requestMetadataRefresh();
    });
    this.#groupEpoch = epoch;
    this.#metadataHash = hash;
  }

  get assignmentEpoch(): number {
    return this.#assignmentEpoch;
  }

  /** When the target assignment was made; 0 before the first. */
  get assignmentTimestampMs(): number {
    return this.#assignmentTimestampMs;
  }

  setAssignmentEpoch(epoch: number, timestampMs: number): void {
    const [oldEpoch, oldTimestampMs] = [this.#assignmentEpoch, this.#assignmentTimestampMs];
    this.timeline.onRevert(() => this.setAssignmentEpoch(oldEpoch, oldTimestampMs));
    this.#assignmentEpoch = epoch;
    this.#assignmentTimestampMs = timestampMs;
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  /** Adds, replaces or removes a member and what follows from it. */
  setMember(memberId: string, member: Member | undefined): void {
    const old = this.#members.get(memberId);
    this.timeline.onRevert(() => this.setMember(memberId, old));
    if (member === undefined) this.#members.delete(memberId);
    else this.#members.set(memberId, member);
    this.memberReplaced(old, member);
  }

  /** Where a kind of group keeps what follows from its members. */
  protected memberReplaced(_old: Member | undefined, _member: Member | undefined): void {}

  get targetAssignments(): ReadonlyMap<string, Target> {
    return this.#targetAssignment;
  }

  setTargetAssignment(memberId: string, target: Target | undefined): void {
    const old = this.#targetAssignment.get(memberId);
    this.timeline.onRevert(() => this.setTargetAssignment(memberId, old));
    if (target === undefined) this.#targetAssignment.delete(memberId);
    else this.#targetAssignment.set(memberId, target);
  }

  /** Not in any record: after a start, and after a change that was taken back, the topics are looked at again. */
  setMetadataRefresh(atMs: number): void {
    this.#metadataRefreshAtMs = atMs;
  }

  /** Topics have changed: the next heartbeat looks at them. */
  requestMetadataRefresh(): void {
    this.#metadataRefreshAtMs = 0;
  }

  hasMetadataExpired(nowMs: number): boolean {
    return nowMs >= this.#metadataRefreshAtMs;
  }
}
