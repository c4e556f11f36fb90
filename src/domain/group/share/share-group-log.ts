import type { CoordinatorContext, CoordinatorRecord } from '../../coordinator/coordinator-shard.ts';
import { TimelineWriter } from '../../coordinator/timeline-writer.ts';
import type { KafkaError } from '../../kafka-error.ts';
import type { Group } from '../group.ts';
import { ShareGroup } from './share-group.ts';
import { NO_ASSIGNMENT, newShareMember } from './share-group-member.ts';
import { encodeShareGroupRecord, type ShareGroupRecord } from './share-group-record.ts';

/** What is written with a change of a share group though it is none of its own. */
interface OtherRecord {
  readonly kind: 'other';
  readonly record: CoordinatorRecord;
}

type Entry = ShareGroupRecord | OtherRecord;

/** Puts a change in: it is made at once, and stored with the others of its command. */
export type Put = (entry: Entry) => void;

/** The records of share groups: writing them, and what they do to the groups, at start as after each command. */
export class ShareGroupLog {
  readonly #groups: Map<string, Group>;
  readonly #context: CoordinatorContext;
  /** Of the groups that are there, and of those whose changes are on their way to the log. */
  readonly #writers = new Map<string, TimelineWriter<Entry>>();

  constructor(groups: Map<string, Group>, context: CoordinatorContext) {
    this.#groups = groups;
    this.#context = context;
  }

  /** See TimelineWriter: a command that throws has changed nothing. */
  write(
    groupId: string,
    command: (put: Put) => void,
    stored: (error: KafkaError | undefined) => void,
  ): void {
    try {
      this.#writerOf(groupId).write(command, (error) => {
        this.#forgetIfUnused(groupId);
        stored(error);
      });
    } finally {
      this.#forgetIfUnused(groupId);
    }
  }

  #writerOf(groupId: string): TimelineWriter<Entry> {
    const known = this.#writers.get(groupId);
    if (known !== undefined) return known;
    const writer = new TimelineWriter<Entry>({
      context: this.#context,
      sequence: groupId,
      encode: (entry) => (entry.kind === 'other' ? entry.record : encodeShareGroupRecord(entry)),
      apply: (entry) => {
        if (entry.kind !== 'other') this.#apply(entry);
      },
    });
    this.#writers.set(groupId, writer);
    return writer;
  }

  #forgetIfUnused(groupId: string): void {
    const isUnused = this.#writers.get(groupId)?.isWriting === false;
    if (isUnused && !(this.#groups.get(groupId) instanceof ShareGroup)) {
      this.#writers.delete(groupId);
    }
  }

  #replaceGroup(groupId: string, group: Group | undefined): void {
    const old = this.#groups.get(groupId);
    this.#writerOf(groupId).timeline.onRevert(() => {
      if (old === undefined) this.#groups.delete(groupId);
      else this.#groups.set(groupId, old);
    });
    if (group === undefined) this.#groups.delete(groupId);
    else this.#groups.set(groupId, group);
  }

  /** A record of the log. */
  replay(record: ShareGroupRecord): void {
    this.#apply(record);
    this.#forgetIfUnused(record.groupId);
  }

  /** Changes the group as the record says. Compaction may have left a tombstone without what it ended. */
  #apply(record: ShareGroupRecord): void {
    const known = this.#groups.get(record.groupId);
    if (known instanceof ShareGroup) this.#change(known, record);
    else if (record.value !== undefined) this.#change(this.#newGroup(record.groupId), record);
  }

  /** A classic group that only held offsets gives way: it is in no record. */
  #newGroup(groupId: string): ShareGroup {
    const group = new ShareGroup(groupId, this.#writerOf(groupId).timeline);
    this.#replaceGroup(groupId, group);
    return group;
  }

  #change(group: ShareGroup, record: ShareGroupRecord): void {
    switch (record.kind) {
      case 'group':
        if (record.value === undefined) this.#replaceGroup(group.groupId, undefined);
        else group.setGroupEpoch(record.value.epoch, record.value.metadataHash);
        return;
      case 'targetMetadata':
        group.setAssignmentEpoch(record.value?.epoch ?? -1, record.value?.timestampMs ?? 0);
        return;
      case 'target':
        group.setTargetAssignment(record.memberId, record.value);
        return;
      case 'topics':
        group.setTopics(record.value);
        return;
      case 'member':
      case 'current':
        changeMember(group, record);
    }
  }
}

/** Which of a member's two records is left first depends on what compaction kept. */
function changeMember(
  group: ShareGroup,
  record: Extract<ShareGroupRecord, { readonly kind: 'member' | 'current' }>,
): void {
  const { memberId } = record;
  const known = group.members.get(memberId);
  if (record.kind === 'member' && record.value === undefined) {
    group.setMember(memberId, undefined);
  } else if (record.value !== undefined) {
    group.setMember(memberId, { ...(known ?? newShareMember(memberId)), ...record.value });
  } else if (known !== undefined) {
    group.setMember(memberId, { ...known, ...NO_ASSIGNMENT, memberEpoch: -1 });
  }
}
