import type { AssignedTasks } from '../../src/domain/group/streams/assigned-tasks.ts';
import { nextTasks } from '../../src/domain/group/streams/current-streams-assignment.ts';
import {
  newStreamsMember,
  type StreamsGroupMember,
} from '../../src/domain/group/streams/streams-group-member.ts';
import { TaskHolders } from '../../src/domain/group/streams/task-holders.ts';
import type { TasksBySubtopology, TasksTuple } from '../../src/domain/group/streams/tasks-tuple.ts';
import { assertEqual, type Vector, type VectorChecker } from './vector-checker.ts';

type Epochs = Record<string, Record<string, number>>;

function tasks(entries: Record<string, number[]>): TasksBySubtopology {
  return new Map(Object.entries(entries));
}

function tuple({ activeTasks, standbyTasks, warmupTasks }: Vector): TasksTuple {
  return {
    activeTasks: tasks(activeTasks),
    standbyTasks: tasks(standbyTasks),
    warmupTasks: tasks(warmupTasks),
  };
}

function assigned({ activeTasks, standbyTasks, warmupTasks }: Vector): AssignedTasks {
  const epochs = Object.entries(activeTasks as Epochs).map(
    ([id, each]) =>
      [
        id,
        new Map(Object.entries(each).map(([partition, epoch]) => [Number(partition), epoch])),
      ] as const,
  );
  return {
    activeTasks: new Map(epochs),
    standbyTasks: tasks(standbyTasks),
    warmupTasks: tasks(warmupTasks),
  };
}

function memberOf(vector: Vector): StreamsGroupMember {
  const { memberId, processId, memberEpoch, previousMemberEpoch, state } = vector;
  return {
    ...newStreamsMember(memberId),
    ...{ processId, memberEpoch, previousMemberEpoch, state },
    assigned: assigned(vector.assigned),
    pendingRevocation: assigned(vector.pendingRevocation),
  };
}

function sorted<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function plainTasks({ activeTasks, standbyTasks, warmupTasks }: AssignedTasks) {
  const active = sorted(activeTasks).map(([id, epochs]) => [
    id,
    Object.fromEntries([...epochs].sort(([a], [b]) => a - b)),
  ]);
  return {
    activeTasks: Object.fromEntries(active),
    standbyTasks: Object.fromEntries(sorted(standbyTasks)),
    warmupTasks: Object.fromEntries(sorted(warmupTasks)),
  };
}

function plain(member: StreamsGroupMember) {
  const { memberId, processId, memberEpoch, previousMemberEpoch, state } = member;
  return {
    ...{ memberId, processId, memberEpoch, previousMemberEpoch, state },
    assigned: plainTasks(member.assigned),
    pendingRevocation: plainTasks(member.pendingRevocation),
  };
}

function check({ member, others, targetEpoch, target, owned, next }: Vector): void {
  const holders = new TaskHolders();
  for (const other of others) holders.replace(undefined, memberOf(other));
  const own = memberOf(member);
  holders.replace(undefined, own);
  const step = nextTasks(own, {
    ...{ targetEpoch, target: tuple(target), holders },
    owned: owned === null ? null : tuple(owned),
  });
  assertEqual(JSON.stringify(step && plain(step)), JSON.stringify(next ?? undefined), 'next step');
}

export const checkers: readonly VectorChecker[] = [
  {
    form: 'steps of streams members to their targets',
    recognises: (vector) => vector.form === 'streams reconciliation',
    check,
  },
];
