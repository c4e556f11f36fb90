import type { CoordinatorRecord } from '../../coordinator/coordinator-shard.ts';
import {
  decodeRecord,
  decodeRecordKey,
  encodeRecord,
  encodeRecordKey,
  leadingInt16,
  recordTypeOf,
} from '../../protocol/record-codec.ts';
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
import type { ModernGroupRecord } from '../modern/modern-group-record.ts';
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

type Kind = StreamsGroupRecord['kind'];

const KEYS = {
  group: StreamsGroupMetadataKey,
  member: StreamsGroupMemberMetadataKey,
  targetMetadata: StreamsGroupTargetAssignmentMetadataKey,
  target: StreamsGroupTargetAssignmentMemberKey,
  current: StreamsGroupCurrentMemberAssignmentKey,
  topology: StreamsGroupTopologyKey,
} as const satisfies Record<Kind, unknown>;

const KIND_OF = new Map(
  Object.entries(KEYS).map(([kind, key]) => [recordTypeOf(key), kind as Kind]),
);

export const STREAMS_GROUP_RECORD_TYPES: readonly number[] = [...KIND_OF.keys()];

export function encodeStreamsGroupRecord(record: StreamsGroupRecord): CoordinatorRecord {
  return { key: keyOf(record), value: encodedValue(record) };
}

function keyOf(record: StreamsGroupRecord): Uint8Array {
  const { groupId } = record;
  switch (record.kind) {
    case 'group':
    case 'targetMetadata':
    case 'topology':
      return encodeRecordKey(KEYS[record.kind], { groupId });
    case 'member':
    case 'target':
    case 'current':
      return encodeRecordKey(KEYS[record.kind], { groupId, memberId: record.memberId });
  }
}

function encodedValue(record: StreamsGroupRecord): Uint8Array | null {
  if (record.value === undefined) return null;
  switch (record.kind) {
    case 'group':
      return encodeRecord(StreamsGroupMetadataValue, 0, {
        ...record.value,
        lastAssignmentConfigs: Array.from(record.value.lastAssignmentConfigs, ([key, value]) => ({
          ...{ key, value },
        })),
      });
    case 'member':
      return encodeMember(record.value);
    case 'targetMetadata':
      return encodeRecord(StreamsGroupTargetAssignmentMetadataValue, 0, {
        assignmentEpoch: record.value.epoch,
        assignmentTimestamp: BigInt(record.value.timestampMs),
      });
    case 'target':
      return encodeRecord(StreamsGroupTargetAssignmentMemberValue, 0, {
        activeTasks: taskEntries(record.value.activeTasks),
        standbyTasks: taskEntries(record.value.standbyTasks),
        warmupTasks: taskEntries(record.value.warmupTasks),
      });
    case 'current':
      return encodeAssignment(record.value);
    case 'topology':
      return encodeRecord(StreamsGroupTopologyValue, 0, record.value);
  }
}

/** Reads a record of one of the types above. */
export function decodeStreamsGroupRecord({ key, value }: CoordinatorRecord): StreamsGroupRecord {
  const kind = KIND_OF.get(leadingInt16(key)) as Kind;
  switch (kind) {
    case 'group': {
      const { groupId } = decodeRecordKey(KEYS.group, key);
      return { kind, groupId, value: value === null ? undefined : decodeMetadata(value) };
    }
    case 'member': {
      const { groupId, memberId } = decodeRecordKey(KEYS.member, key);
      return { kind, groupId, memberId, value: value === null ? undefined : decodeMember(value) };
    }
    case 'targetMetadata': {
      const { groupId } = decodeRecordKey(KEYS.targetMetadata, key);
      return { kind, groupId, value: value === null ? undefined : decodeTargetMetadata(value) };
    }
    case 'target': {
      const { groupId, memberId } = decodeRecordKey(KEYS.target, key);
      return { kind, groupId, memberId, value: value === null ? undefined : decodeTarget(value) };
    }
    case 'current': {
      const { groupId, memberId } = decodeRecordKey(KEYS.current, key);
      const decoded = value === null ? undefined : decodeAssignment(value);
      return { kind, groupId, memberId, value: decoded };
    }
    case 'topology': {
      const { groupId } = decodeRecordKey(KEYS.topology, key);
      const decoded = value === null ? undefined : decodeRecord(StreamsGroupTopologyValue, value);
      return { kind, groupId, value: decoded };
    }
  }
}

function decodeMetadata(bytes: Uint8Array): StreamsGroupMetadata {
  const { lastAssignmentConfigs, ...rest } = decodeRecord(StreamsGroupMetadataValue, bytes);
  const configs = (lastAssignmentConfigs ?? []).map(({ key, value }) => [key, value] as const);
  return { ...rest, lastAssignmentConfigs: new Map(configs) };
}

function decodeTargetMetadata(bytes: Uint8Array) {
  const value = decodeRecord(StreamsGroupTargetAssignmentMetadataValue, bytes);
  return { epoch: value.assignmentEpoch, timestampMs: Number(value.assignmentTimestamp) };
}

function decodeTarget(bytes: Uint8Array): TasksTuple {
  const value = decodeRecord(StreamsGroupTargetAssignmentMemberValue, bytes);
  return {
    activeTasks: tasksBySubtopology(value.activeTasks),
    standbyTasks: tasksBySubtopology(value.standbyTasks),
    warmupTasks: tasksBySubtopology(value.warmupTasks),
  };
}
