import type { CoordinatorContext } from '../../coordinator/coordinator-shard.ts';
import type { Timeline } from '../../coordinator/timeline.ts';
import type { Group } from '../group.ts';
import { ModernGroupLog, type PutRecord } from '../modern/modern-group-log.ts';
import { ShareGroup } from './share-group.ts';
import { NO_ASSIGNMENT, newShareMember, type ShareGroupMember } from './share-group-member.ts';
import { SHARE_GROUP_RECORDS, type ShareGroupRecord } from './share-group-record.ts';

export type Put = PutRecord<ShareGroupRecord>;

/** The records of share groups. */
export class ShareGroupLog extends ModernGroupLog<ShareGroupMember, ShareGroup, ShareGroupRecord> {
  constructor(groups: Map<string, Group>, context: CoordinatorContext) {
    super(groups, context, {
      ...{ newMember: newShareMember, noAssignment: NO_ASSIGNMENT },
      records: SHARE_GROUP_RECORDS,
    });
  }

  protected isOwn(group: Group | undefined): group is ShareGroup {
    return group instanceof ShareGroup;
  }

  protected newGroup(groupId: string, timeline: Timeline): ShareGroup {
    return new ShareGroup(groupId, timeline);
  }

  protected change(group: ShareGroup, record: ShareGroupRecord): void {
    if (record.kind === 'topics') group.setTopics(record.value);
    else this.changeShared(group, record);
  }
}
