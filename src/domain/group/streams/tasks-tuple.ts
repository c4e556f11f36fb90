/** Partitions of tasks by subtopology id; the numbers rise, and no subtopology is there without any. */
export type TasksBySubtopology = ReadonlyMap<string, readonly number[]>;

/** The tasks of one member by what they are for (Kafka's TasksTuple). */
export interface TasksTuple {
  readonly activeTasks: TasksBySubtopology;
  readonly standbyTasks: TasksBySubtopology;
  readonly warmupTasks: TasksBySubtopology;
}

export const NO_TASKS: TasksBySubtopology = new Map();

const ascending = (a: number, b: number) => a - b;

/** From what a client or record says: subtopologies may come twice, partitions in any order. */
export function tasksBySubtopology(
  entries: Iterable<{ readonly subtopologyId: string; readonly partitions: readonly number[] }>,
): TasksBySubtopology {
  const all = new Map<string, readonly number[]>();
  for (const { subtopologyId, partitions } of entries) {
    if (partitions.length === 0) continue;
    const together = new Set([...(all.get(subtopologyId) ?? []), ...partitions]);
    all.set(subtopologyId, [...together].sort(ascending));
  }
  return all;
}
