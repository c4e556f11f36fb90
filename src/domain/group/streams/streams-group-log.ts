import type { CoordinatorContext } from '../../coordinator/coordinator-shard.ts';
import type { Timeline } from '../../coordinator/timeline.ts';
import { KafkaError } from '../../kafka-error.ts';
import type { Group } from '../group.ts';
import { ModernGroupLog, type PutRecord } from '../modern/modern-group-log.ts';
import { StreamsGroup } from './streams-group.ts';
import {
  NO_ASSIGNMENT,
  newStreamsMember,
  type StreamsGroupMember,
} from './streams-group-member.ts';
import { STREAMS_GROUP_RECORDS, type StreamsGroupRecord } from './streams-group-record.ts';
import type { TasksTuple } from './tasks-tuple.ts';

export type Put = PutRecord<StreamsGroupRecord>;

/** The records of streams groups. */
export class StreamsGroupLog extends ModernGroupLog<
  StreamsGroupMember,
  StreamsGroup,
  StreamsGroupRecord,
  TasksTuple
> {
  constructor(groups: Map<string, Group>, context: CoordinatorContext) {
    super(groups, context, {
      ...{ newMember: newStreamsMember, noAssignment: NO_ASSIGNMENT },
      records: STREAMS_GROUP_RECORDS,
    });
  }

  /** Throws GROUP_ID_NOT_FOUND, also for a group of another kind. */
  known(groupId: string): StreamsGroup {
    const group = this.find(groupId);
    if (group !== undefined) return group;
    throw new KafkaError('GROUP_ID_NOT_FOUND', this.whyNot(groupId));
  }

  whyNot(groupId: string): string {
    const problem = this.groups.has(groupId) ? 'is not a streams group' : 'not found';
    return `Group ${groupId} ${problem}.`;
  }

  protected isOwn(group: Group | undefined): group is StreamsGroup {
    return group instanceof StreamsGroup;
  }

  protected newGroup(groupId: string, timeline: Timeline): StreamsGroup {
    return new StreamsGroup(groupId, timeline);
  }

  protected change(group: StreamsGroup, record: StreamsGroupRecord): void {
    if (record.kind === 'topology') group.setTopology(record.value);
    else if (record.kind !== 'group') this.changeShared(group, record);
    else if (record.value === undefined) this.replaceGroup(group.groupId, undefined);
    else group.setMetadata(record.value);
  }
}
