import { STICKY_TASK_ASSIGNOR } from '../../src/domain/group/streams/assignor/sticky-task-assignor.ts';
import type {
  AssignorMember,
  MemberAssignment,
} from '../../src/domain/group/streams/assignor/task-assignor.ts';
import type { TasksBySubtopology } from '../../src/domain/group/streams/tasks-tuple.ts';
import { assertEqual, type Vector, type VectorChecker } from './vector-checker.ts';

function tasks(entries: Record<string, number[]>): TasksBySubtopology {
  return new Map(Object.entries(entries));
}

function memberOf({ processId, taskOffsets, ...own }: Vector): AssignorMember {
  return {
    instanceId: null,
    rackId: null,
    processId,
    clientTags: new Map(),
    activeTasks: tasks(own.activeTasks),
    standbyTasks: tasks(own.standbyTasks),
    warmupTasks: tasks(own.warmupTasks),
    taskOffsets: new Map(
      Object.entries(taskOffsets as Record<string, Record<string, number>>).map(([id, offsets]) => [
        id,
        new Map(
          Object.entries(offsets).map(([partition, sum]) => [Number(partition), BigInt(sum)]),
        ),
      ]),
    ),
    taskEndOffsets: new Map(),
  };
}

function plain({ activeTasks, standbyTasks }: MemberAssignment) {
  return {
    activeTasks: Object.fromEntries(activeTasks),
    standbyTasks: Object.fromEntries(standbyTasks),
  };
}

/**
 * Members come in the order in which Kafka's hash maps have them, so that ours, which keeps the order it is given, has to
 * make the same of them.
 */
function check({ subtopologies, stateful, numStandbyReplicas, members, assignment }: Vector): void {
  const assigned = STICKY_TASK_ASSIGNOR.assign(
    {
      members: new Map(members.map((member: Vector) => [member.memberId, memberOf(member)])),
      configs: { numStandbyReplicas, rackAwareAssignmentTags: [] },
    },
    {
      subtopologies: Object.keys(subtopologies),
      numberOfTasks: (subtopologyId) => subtopologies[subtopologyId],
      isStateful: (subtopologyId) => stateful.includes(subtopologyId),
    },
  );
  const own = Object.fromEntries([...assigned].map(([memberId, each]) => [memberId, plain(each)]));
  assertEqual(JSON.stringify(own), JSON.stringify(assignment), 'assignment');
}

export const checkers: readonly VectorChecker[] = [
  {
    form: 'sticky assignments of tasks',
    recognises: (vector) => vector.form === 'streams assignment',
    check,
  },
];
