import { decodeRecord, encodeRecord } from '../../protocol/record-codec.ts';
import {
  StreamsGroupCurrentMemberAssignmentKey,
  StreamsGroupMemberMetadataKey,
  StreamsGroupMetadataKey,
  StreamsGroupMetadataValue,
  StreamsGroupTargetAssignmentMemberKey,
  StreamsGroupTargetAssignmentMemberValue,
  StreamsGroupTargetAssignmentMetadataKey,
  StreamsGroupTargetAssignmentMetadataValue,
  StreamsGroupTopologyKey,
  StreamsGroupTopologyValue,
} from '../../protocol/records/streams-group.ts';
import { GroupRecordCodec } from '../modern/group-record-codec.ts';
import type { ModernGroupRecord } from '../modern/modern-group-record.ts';
import { targetMetadataKind } from '../modern/shared-record-kinds.ts';
import { taskEntries } from './assigned-tasks.ts';
import type { StreamsGroupMetadata } from './streams-group.ts';
import type { StreamsMemberAssignment, StreamsMemberMetadata } from './streams-group-member.ts';
import {
  decodeAssignment,
  decodeMember,
  encodeAssignment,
  encodeMember,
} from './streams-member-record.ts';
import { type TasksTuple, tasksBySubtopology } from './tasks-tuple.ts';
import type { StreamsTopology } from './topology/streams-topology.ts';

type SharedRecord = ModernGroupRecord<StreamsMemberMetadata, StreamsMemberAssignment, TasksTuple>;

/** A record of a streams group; without its value it is a tombstone. */
export type StreamsGroupRecord =
  | Exclude<SharedRecord, { readonly kind: 'group' }>
  | {
      readonly kind: 'group';
      readonly groupId: string;
      readonly value: StreamsGroupMetadata | undefined;
    }
  | {
      readonly kind: 'topology';
      readonly groupId: string;
      readonly value: StreamsTopology | undefined;
    };

export const STREAMS_GROUP_RECORDS = new GroupRecordCodec<StreamsGroupRecord>({
  group: { key: StreamsGroupMetadataKey, encode: encodeMetadata, decode: decodeMetadata },
  member: { key: StreamsGroupMemberMetadataKey, encode: encodeMember, decode: decodeMember },
  targetMetadata: targetMetadataKind(
    StreamsGroupTargetAssignmentMetadataKey,
    StreamsGroupTargetAssignmentMetadataValue,
  ),
  target: {
    key: StreamsGroupTargetAssignmentMemberKey,
    encode: encodeTarget,
    decode: decodeTarget,
  },
  current: {
    key: StreamsGroupCurrentMemberAssignmentKey,
    encode: encodeAssignment,
    decode: decodeAssignment,
  },
  topology: {
    key: StreamsGroupTopologyKey,
    encode: (value) => encodeRecord(StreamsGroupTopologyValue, 0, value),
    decode: (bytes) => decodeRecord(StreamsGroupTopologyValue, bytes),
  },
});

function encodeMetadata(metadata: StreamsGroupMetadata): Uint8Array {
  const configs = Array.from(metadata.lastAssignmentConfigs, ([key, value]) => ({ key, value }));
  return encodeRecord(StreamsGroupMetadataValue, 0, {
    ...metadata,
    lastAssignmentConfigs: configs,
  });
}

function decodeMetadata(bytes: Uint8Array): StreamsGroupMetadata {
  const { lastAssignmentConfigs, ...rest } = decodeRecord(StreamsGroupMetadataValue, bytes);
  const configs = (lastAssignmentConfigs ?? []).map(({ key, value }) => [key, value] as const);
  return { ...rest, lastAssignmentConfigs: new Map(configs) };
}

function encodeTarget({ activeTasks, standbyTasks, warmupTasks }: TasksTuple): Uint8Array {
  return encodeRecord(StreamsGroupTargetAssignmentMemberValue, 0, {
    activeTasks: taskEntries(activeTasks),
    standbyTasks: taskEntries(standbyTasks),
    warmupTasks: taskEntries(warmupTasks),
  });
}

function decodeTarget(bytes: Uint8Array): TasksTuple {
  const value = decodeRecord(StreamsGroupTargetAssignmentMemberValue, bytes);
  return {
    activeTasks: tasksBySubtopology(value.activeTasks),
    standbyTasks: tasksBySubtopology(value.standbyTasks),
    warmupTasks: tasksBySubtopology(value.warmupTasks),
  };
}
