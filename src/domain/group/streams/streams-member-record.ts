import { decodeRecord, encodeRecord } from '../../protocol/record-codec.ts';
import {
  StreamsGroupCurrentMemberAssignmentValue,
  StreamsGroupMemberMetadataValue,
} from '../../protocol/records/streams-group.ts';
import { type ActiveTasksWithEpochs, type TaskIds, taskEntries } from './assigned-tasks.ts';
import type { StreamsMemberAssignment, StreamsMemberMetadata } from './streams-group-member.ts';
import { STREAMS_MEMBER_STATES, streamsMemberStateOf } from './streams-member-state.ts';
import { type TasksBySubtopology, tasksBySubtopology } from './tasks-tuple.ts';

export function encodeMember(member: StreamsMemberMetadata): Uint8Array {
  const clientTags = [...member.clientTags]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value }));
  return encodeRecord(StreamsGroupMemberMetadataValue, 0, { ...member, clientTags });
}

export function decodeMember(bytes: Uint8Array): StreamsMemberMetadata {
  const { clientTags, ...rest } = decodeRecord(StreamsGroupMemberMetadataValue, bytes);
  return { ...rest, clientTags: new Map(clientTags.map(({ key, value }) => [key, value])) };
}

export function encodeAssignment(value: StreamsMemberAssignment): Uint8Array {
  const { assigned, pendingRevocation } = value;
  return encodeRecord(StreamsGroupCurrentMemberAssignmentValue, 0, {
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: STREAMS_MEMBER_STATES[value.state],
    activeTasks: activeEntries(assigned.activeTasks),
    standbyTasks: replicaEntries(assigned.standbyTasks),
    warmupTasks: replicaEntries(assigned.warmupTasks),
    activeTasksPendingRevocation: activeEntries(pendingRevocation.activeTasks),
    standbyTasksPendingRevocation: replicaEntries(pendingRevocation.standbyTasks),
    warmupTasksPendingRevocation: replicaEntries(pendingRevocation.warmupTasks),
  });
}

function activeEntries(tasks: ActiveTasksWithEpochs) {
  return [...tasks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([subtopologyId, epochs]) => {
      const sorted = [...epochs].sort(([a], [b]) => a - b);
      return {
        subtopologyId,
        partitions: sorted.map(([partition]) => partition),
        assignmentEpochs: sorted.map(([, epoch]) => epoch),
      };
    });
}

/** Nobody commits for replicas: they have no epochs, which takes no room in the record. */
function replicaEntries(tasks: TasksBySubtopology) {
  return taskEntries(tasks).map((each) => ({ ...each, assignmentEpochs: [] }));
}

export function decodeAssignment(bytes: Uint8Array): StreamsMemberAssignment {
  const value = decodeRecord(StreamsGroupCurrentMemberAssignmentValue, bytes);
  const { memberEpoch, previousMemberEpoch } = value;
  return {
    memberEpoch,
    previousMemberEpoch,
    state: streamsMemberStateOf(value.state),
    assigned: {
      activeTasks: activeTasksOf(value.activeTasks, memberEpoch),
      standbyTasks: tasksBySubtopology(value.standbyTasks),
      warmupTasks: tasksBySubtopology(value.warmupTasks),
    },
    pendingRevocation: {
      activeTasks: activeTasksOf(value.activeTasksPendingRevocation, memberEpoch),
      standbyTasks: tasksBySubtopology(value.standbyTasksPendingRevocation),
      warmupTasks: tasksBySubtopology(value.warmupTasksPendingRevocation),
    },
  };
}

/** Records of before KIP-1251 have no epochs, or not as many as partitions: then the member's own is the best there is. */
function activeTasksOf(
  entries: readonly (TaskIds & { readonly assignmentEpochs: readonly number[] | null })[],
  memberEpoch: number,
): ActiveTasksWithEpochs {
  const tasks = new Map<string, ReadonlyMap<number, number>>();
  for (const { subtopologyId, partitions, assignmentEpochs } of entries) {
    if (partitions.length === 0) continue;
    const epochs = assignmentEpochs?.length === partitions.length ? assignmentEpochs : undefined;
    tasks.set(
      subtopologyId,
      new Map(partitions.map((each, index) => [each, epochs?.[index] ?? memberEpoch])),
    );
  }
  return tasks;
}
