import type { CoordinatorContext, CoordinatorRecord } from '../../coordinator/coordinator-shard.ts';
import type { Timeline } from '../../coordinator/timeline.ts';
import { KafkaError } from '../../kafka-error.ts';
import type { Group } from '../group.ts';
import { ModernGroupLog, type PutRecord } from '../modern/modern-group-log.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, NO_ASSIGNMENT, newMember } from './consumer-group-member.ts';
import { type ConsumerGroupRecord, encodeConsumerGroupRecord } from './consumer-group-record.ts';

export type Put = PutRecord<ConsumerGroupRecord>;

/** The records of consumer groups. */
export class ConsumerGroupLog extends ModernGroupLog<
  ConsumerGroupMember,
  ConsumerGroup,
  ConsumerGroupRecord
> {
  constructor(groups: Map<string, Group>, context: CoordinatorContext) {
    super(groups, context, { newMember, noAssignment: NO_ASSIGNMENT });
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

  protected encode(record: ConsumerGroupRecord): CoordinatorRecord {
    return encodeConsumerGroupRecord(record);
  }

  protected isAlive(record: ConsumerGroupRecord): boolean {
    return record.kind === 'partitionMetadata' ? record.isThere : record.value !== undefined;
  }

  protected change(group: ConsumerGroup, record: ConsumerGroupRecord): void {
    switch (record.kind) {
      case 'partitionMetadata':
        group.setPartitionMetadataRecord(record.isThere);
        return;
      case 'regex':
        group.setRegex(record.regex, record.value);
        return;
      default:
        this.changeShared(group, record);
    }
  }
}
