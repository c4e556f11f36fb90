import type { CoordinatorContext } from '../../coordinator/coordinator-shard.ts';
import { MemberFencing } from '../modern/member-fencing.ts';
import { memberTombstones } from '../modern/member-tombstones.ts';
import type { StreamsGroup } from './streams-group.ts';
import type { Put, StreamsGroupLog } from './streams-group-log.ts';
import { isSameAssignment, type StreamsGroupMember } from './streams-group-member.ts';
import type { StreamsGroupRecord } from './streams-group-record.ts';
import type { TasksTuple } from './tasks-tuple.ts';

/** Taking members out of streams groups. */
export class StreamsFencing extends MemberFencing<
  StreamsGroupMember,
  StreamsGroup,
  StreamsGroupRecord,
  TasksTuple
> {
  constructor(context: CoordinatorContext, log: StreamsGroupLog) {
    super('streams', context, log);
  }

  fence(group: StreamsGroup, { memberId }: StreamsGroupMember, put: Put): void {
    const { groupId, metadata } = group;
    for (const each of memberTombstones(groupId, memberId)) put(each);
    const epoch = metadata.epoch + 1;
    put({ kind: 'group', groupId, value: { ...metadata, epoch } });
    // Nobody is left who would ask for an assignment; the next one to come gets one at once.
    if (group.isEmpty) put({ kind: 'targetMetadata', groupId, value: { epoch, timestampMs: 0 } });
    // The session's timer stays: it finds nobody, or the member where this could not be stored.
    this.revoked(groupId, memberId);
  }

  onReconciled(groupId: string, before: StreamsGroupMember, after: StreamsGroupMember): void {
    if (isSameAssignment(before, after)) return;
    if (after.state === 'UNREVOKED_TASKS') this.expectRevocation(groupId, after);
    else this.revoked(groupId, after.memberId);
  }
}
