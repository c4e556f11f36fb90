import type { KafkaError } from '../../kafka-error.ts';
import { ClassicGroup } from '../classic/classic-group.ts';
import type { ClassicGroups } from '../classic/classic-groups.ts';
import { groupRecord } from '../classic/group-metadata-record.ts';
import type { Group } from '../group.ts';
import type { OtherRecord, PutRecord } from './modern-group-log.ts';

/** What replacing groups needs of a ModernGroupLog. */
interface ReplacingLog<GroupRecord> {
  replaceGroup(groupId: string, group: Group | undefined, undone?: () => void): void;
  write(
    groupId: string,
    command: (put: PutRecord<GroupRecord>) => void,
    stored: (error: KafkaError | undefined) => void,
  ): void;
}

/** Takes a classic group out, for one of another kind to come into its place. */
export function classicGroupTombstone(
  group: ClassicGroup,
  classic: ClassicGroups,
  log: Pick<ReplacingLog<never>, 'replaceGroup'>,
): OtherRecord {
  const { groupId } = group;
  return {
    kind: 'other',
    record: groupRecord(groupId, undefined),
    apply() {
      classic.suspend(group);
      log.replaceGroup(groupId, undefined, () => classic.resume(group));
    },
  };
}

/** A group without members makes room for a classic one; what it is called is all that is left of it. */
export function classicGroupInstead<GroupRecord>(
  groupId: string,
  tombstones: Iterable<GroupRecord>,
  classic: ClassicGroups,
  log: ReplacingLog<GroupRecord>,
): ClassicGroup {
  const converted = new ClassicGroup(groupId);
  log.write(
    groupId,
    (put) => {
      for (const tombstone of tombstones) put(tombstone);
      log.replaceGroup(groupId, converted, () => classic.rebalance.kill(converted));
    },
    () => {},
  );
  return converted;
}
