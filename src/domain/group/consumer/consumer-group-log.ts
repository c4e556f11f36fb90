import type { CoordinatorContext } from '../../coordinator/coordinator-shard.ts';
import type { Timeline } from '../../coordinator/timeline.ts';
import { KafkaError } from '../../kafka-error.ts';
import type { Group } from '../group.ts';
import { ModernGroupLog, type PutRecord } from '../modern/modern-group-log.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, NO_ASSIGNMENT, newMember } from './consumer-group-member.ts';
import { CONSUMER_GROUP_RECORDS, type ConsumerGroupRecord } from './consumer-group-record.ts';

export type Put = PutRecord<ConsumerGroupRecord>;

/** The records of consumer groups. */
export class ConsumerGroupLog extends ModernGroupLog<
  ConsumerGroupMember,
  ConsumerGroup,
  ConsumerGroupRecord
> {
  constructor(groups: Map<string, Group>, context: CoordinatorContext) {
    super(groups, context, {
      ...{ newMember, noAssignment: NO_ASSIGNMENT },
      records: CONSUMER_GROUP_RECORDS,
    });
  }

  /** Throws GROUP_ID_NOT_FOUND, also for a group of another kind. */
  known(groupId: string): ConsumerGroup {
    const group = this.find(groupId);
    if (group !== undefined) return group;
    const problem = this.groups.has(groupId) ? 'is not a consumer group' : 'is not known';
    throw new KafkaError('GROUP_ID_NOT_FOUND', `Group ${groupId} ${problem}.`);
  }

  protected isOwn(group: Group | undefined): group is ConsumerGroup {
    return group instanceof ConsumerGroup;
  }

  protected newGroup(groupId: string, timeline: Timeline): ConsumerGroup {
    return new ConsumerGroup(groupId, timeline);
  }

  protected change(group: ConsumerGroup, record: ConsumerGroupRecord): void {
    switch (record.kind) {
      case 'partitionMetadata':
        group.setPartitionMetadataRecord(record.value === true);
        return;
      case 'regex':
        group.setRegex(record.regularExpression, record.value);
        return;
      default:
        this.changeShared(group, record);
    }
  }
}
