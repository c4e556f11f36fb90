import type {
  CoordinatorContext,
  CoordinatorRecord,
  Reply,
} from '../../coordinator/coordinator-shard.ts';
import type { Timeline } from '../../coordinator/timeline.ts';
import { TimelineWriter } from '../../coordinator/timeline-writer.ts';
import type { ErrorName } from '../../error-code.ts';
import { KafkaError } from '../../kafka-error.ts';
import { appendErrorForClients, storageErrorForClients } from '../append-error.ts';
import type { Group } from '../group.ts';
import type { AnyMember, AssignedGroup } from './assigned-group.ts';
import type { AnyGroupRecord, GroupRecordCodec } from './group-record-codec.ts';
import type { ModernGroupRecord } from './modern-group-record.ts';
import type { TopicPartitions } from './topic-partitions.ts';

/** What is written with a change of a group though it is none of its own, and what it means to the group. */
export interface OtherRecord {
  readonly kind: 'other';
  readonly record: CoordinatorRecord;
  apply?(): void;
}

/** Puts a change in: it is made at once, and stored with the others of its command. */
export type PutRecord<GroupRecord> = (entry: GroupRecord | OtherRecord) => void;

/** What is particular to a kind of group: what it makes of its members, and its records. */
export interface ModernGroupShape<Member, GroupRecord extends AnyGroupRecord> {
  newMember(memberId: string): Member;
  /** A member whose assignment is not in any record. */
  readonly noAssignment: Partial<Member>;
  readonly records: GroupRecordCodec<GroupRecord>;
}

/** The records of one kind of modern groups: writing them, and what they do to the groups, at start as after each command. */
export abstract class ModernGroupLog<
  Member extends AnyMember,
  OneGroup extends AssignedGroup<Member, Target> & Group,
  GroupRecord extends AnyGroupRecord,
  Target = TopicPartitions,
> {
  protected readonly groups: Map<string, Group>;
  readonly #context: CoordinatorContext;
  readonly #shape: ModernGroupShape<Member, GroupRecord>;
  /** Of the groups that are there, and of those whose changes are on their way to the log. */
  readonly #writers = new Map<string, TimelineWriter<GroupRecord | OtherRecord>>();

  constructor(
    groups: Map<string, Group>,
    context: CoordinatorContext,
    shape: ModernGroupShape<Member, GroupRecord>,
  ) {
    this.groups = groups;
    this.#context = context;
    this.#shape = shape;
  }

  protected abstract isOwn(group: Group | undefined): group is OneGroup;
  protected abstract newGroup(groupId: string, timeline: Timeline): OneGroup;
  /** Changes the group as the record says; `changeShared` does what is the same for all kinds. */
  protected abstract change(group: OneGroup, record: GroupRecord): void;

  find(groupId: string): OneGroup | undefined {
    const group = this.groups.get(groupId);
    return this.isOwn(group) ? group : undefined;
  }

  /** See TimelineWriter: a command that throws has changed nothing. */
  write(
    groupId: string,
    command: (put: PutRecord<GroupRecord>) => void,
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

  /**
   * Tells of a group what is stored: the answer waits for the changes that are on their way, and is another one where they
   * were taken back.
   */
  tell<Answer>(groupId: string, told: () => Answer, reply: Reply<Answer>): void {
    let answer: Answer | undefined;
    this.write(
      groupId,
      () => {
        answer = told();
      },
      (error) => reply(error === undefined ? (answer as Answer) : told()),
    );
  }

  /** Carries out what a member asks for, and answers once it is stored, or with why it is not. */
  answer<Answer>(
    groupId: string,
    command: (put: PutRecord<GroupRecord>) => Answer,
    o: {
      readonly reply: Reply<Answer>;
      readonly refused: (error: KafkaError) => Answer;
      /** Says so of what the member brought. */
      readonly tooLarge: string;
    },
  ): void {
    let answer: Answer | undefined;
    try {
      this.write(
        groupId,
        (put) => {
          answer = command(put);
        },
        (error) => {
          if (error === undefined) o.reply(answer as Answer);
          else o.reply(o.refused(storageErrorForClients(error, o.tooLarge)));
        },
      );
    } catch (error) {
      o.reply(o.refused(KafkaError.from(error)));
    }
  }

  /** Takes a group out, and with it what `others` has of it in records that are not its own. */
  remove(
    groupId: string,
    tombstones: readonly GroupRecord[],
    others: readonly CoordinatorRecord[],
    done: (error: ErrorName) => void,
  ): void {
    this.write(
      groupId,
      (put) => {
        for (const record of others) put({ kind: 'other', record });
        for (const tombstone of tombstones) put(tombstone);
      },
      (error) => done(error === undefined ? 'NONE' : appendErrorForClients(error)),
    );
  }

  /** Puts another group, or none, into the place of the one that is there; `undone` where that is taken back. */
  replaceGroup(groupId: string, group: Group | undefined, undone?: () => void): void {
    const old = this.groups.get(groupId);
    this.#writerOf(groupId).timeline.onRevert(() => {
      if (old === undefined) this.groups.delete(groupId);
      else this.groups.set(groupId, old);
      undone?.();
    });
    if (group === undefined) this.groups.delete(groupId);
    else this.groups.set(groupId, group);
  }

  replay(record: CoordinatorRecord): void {
    const replayed = this.#shape.records.decode(record);
    this.#apply(replayed);
    this.#forgetIfUnused(replayed.groupId);
  }

  protected changeShared(
    group: OneGroup,
    record: ModernGroupRecord<Partial<Member>, Partial<Member>, Target>,
  ): void {
    switch (record.kind) {
      case 'group':
        if (record.value === undefined) this.replaceGroup(group.groupId, undefined);
        else group.setGroupEpoch(record.value.epoch, record.value.metadataHash);
        return;
      case 'targetMetadata':
        group.setAssignmentEpoch(record.value?.epoch ?? -1, record.value?.timestampMs ?? 0);
        return;
      case 'target':
        group.setTargetAssignment(record.memberId, record.value);
        return;
      case 'member':
      case 'current':
        this.#changeMember(group, record);
    }
  }

  /** Which of a member's two records is left first depends on what compaction kept. */
  #changeMember(
    group: OneGroup,
    {
      kind,
      memberId,
      value,
    }: Extract<
      ModernGroupRecord<Partial<Member>, Partial<Member>, Target>,
      { readonly kind: 'member' | 'current' }
    >,
  ): void {
    const { newMember, noAssignment } = this.#shape;
    const known = group.members.get(memberId);
    if (kind === 'member' && value === undefined) {
      group.setMember(memberId, undefined);
    } else if (value !== undefined) {
      group.setMember(memberId, { ...(known ?? newMember(memberId)), ...value });
    } else if (known !== undefined) {
      group.setMember(memberId, { ...known, ...noAssignment, memberEpoch: -1 });
    }
  }

  #writerOf(groupId: string): TimelineWriter<GroupRecord | OtherRecord> {
    const known = this.#writers.get(groupId);
    if (known !== undefined) return known;
    const writer = new TimelineWriter<GroupRecord | OtherRecord>({
      context: this.#context,
      sequence: groupId,
      encode: (entry) => (isOther(entry) ? entry.record : this.#shape.records.encode(entry)),
      apply: (entry) => {
        if (isOther(entry)) entry.apply?.();
        else this.#apply(entry);
      },
    });
    this.#writers.set(groupId, writer);
    return writer;
  }

  #forgetIfUnused(groupId: string): void {
    const isUnused = this.#writers.get(groupId)?.isWriting === false;
    if (isUnused && this.find(groupId) === undefined) this.#writers.delete(groupId);
  }

  #apply(record: GroupRecord): void {
    const known = this.find(record.groupId);
    if (known !== undefined) this.change(known, record);
    // Compaction may have left a tombstone without what it ended.
    else if (record.value !== undefined) this.change(this.#madeGroup(record.groupId), record);
  }

  /** A classic group that only held offsets gives way: it is in no record. */
  #madeGroup(groupId: string): OneGroup {
    const group = this.newGroup(groupId, this.#writerOf(groupId).timeline);
    this.replaceGroup(groupId, group);
    return group;
  }
}

function isOther(entry: AnyGroupRecord | OtherRecord): entry is OtherRecord {
  return entry.kind === 'other';
}
