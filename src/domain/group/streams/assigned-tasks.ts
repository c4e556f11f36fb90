import { NO_TASKS, type TasksBySubtopology, type TasksTuple } from './tasks-tuple.ts';

/** Active tasks, and of each the epoch at which it was assigned: by it late commits are told. */
export type ActiveTasksWithEpochs = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** What a member has (Kafka's TasksTupleWithEpochs). No subtopology is there without any partitions. */
export interface AssignedTasks {
  readonly activeTasks: ActiveTasksWithEpochs;
  readonly standbyTasks: TasksBySubtopology;
  readonly warmupTasks: TasksBySubtopology;
}

export interface TaskIds {
  readonly subtopologyId: string;
  readonly partitions: readonly number[];
}

export const NOTHING_ASSIGNED: AssignedTasks = {
  activeTasks: new Map(),
  standbyTasks: NO_TASKS,
  warmupTasks: NO_TASKS,
};

export const EMPTY_TUPLE: TasksTuple = {
  activeTasks: NO_TASKS,
  standbyTasks: NO_TASKS,
  warmupTasks: NO_TASKS,
};

export function isNothing({ activeTasks, standbyTasks, warmupTasks }: AssignedTasks): boolean {
  return activeTasks.size === 0 && standbyTasks.size === 0 && warmupTasks.size === 0;
}

export function withoutEpochs(tasks: ActiveTasksWithEpochs): TasksBySubtopology {
  const partitions = new Map<string, readonly number[]>();
  for (const [id, epochs] of tasks) {
    partitions.set(
      id,
      [...epochs.keys()].sort((a, b) => a - b),
    );
  }
  return partitions;
}

export function tupleOf({ activeTasks, standbyTasks, warmupTasks }: AssignedTasks): TasksTuple {
  return { activeTasks: withoutEpochs(activeTasks), standbyTasks, warmupTasks };
}

/** As messages and records have them, in the order of the subtopologies' ids. */
export function taskEntries(tasks: TasksBySubtopology): TaskIds[] {
  return [...tasks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([subtopologyId, partitions]) => ({ subtopologyId, partitions }));
}

export function isSameTasks(a: TasksBySubtopology, b: TasksBySubtopology): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [id, partitions] of a) {
    const others = b.get(id);
    if (others === undefined || others.length !== partitions.length) return false;
    if (partitions.some((each, index) => each !== others[index])) return false;
  }
  return true;
}

export function isSameTuple(a: TasksTuple, b: TasksTuple): boolean {
  return (
    isSameTasks(a.activeTasks, b.activeTasks) &&
    isSameTasks(a.standbyTasks, b.standbyTasks) &&
    isSameTasks(a.warmupTasks, b.warmupTasks)
  );
}

export function isSameAssigned(a: AssignedTasks, b: AssignedTasks): boolean {
  return (
    isSameActive(a.activeTasks, b.activeTasks) &&
    isSameTasks(a.standbyTasks, b.standbyTasks) &&
    isSameTasks(a.warmupTasks, b.warmupTasks)
  );
}

function isSameActive(a: ActiveTasksWithEpochs, b: ActiveTasksWithEpochs): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [id, partitions] of a) {
    const others = b.get(id);
    if (others === undefined || others.size !== partitions.size) return false;
    for (const [partition, epoch] of partitions) if (others.get(partition) !== epoch) return false;
  }
  return true;
}

export function hasTask(tasks: TasksBySubtopology, id: string, partition: number): boolean {
  return tasks.get(id)?.includes(partition) === true;
}

/** Whether any of the tasks is one of those the member says it owns, for the same purpose. */
export function ownsAny(owned: TasksTuple, tasks: AssignedTasks): boolean {
  return (
    intersects(owned.activeTasks, withoutEpochs(tasks.activeTasks)) ||
    intersects(owned.standbyTasks, tasks.standbyTasks) ||
    intersects(owned.warmupTasks, tasks.warmupTasks)
  );
}

function intersects(a: TasksBySubtopology, b: TasksBySubtopology): boolean {
  for (const [id, partitions] of a) {
    const others = b.get(id);
    if (others !== undefined && partitions.some((each) => others.includes(each))) return true;
  }
  return false;
}
