import type { TasksBySubtopology } from '../tasks-tuple.ts';
import type { TopologyDescriber } from './task-assignor.ts';

export interface Task {
  readonly subtopologyId: string;
  readonly partition: number;
  /** Where it stands among all tasks. */
  readonly index: number;
  readonly isStateful: boolean;
}

export function bySubtopology(a: Task, b: Task): number {
  if (a.subtopologyId === b.subtopologyId) return a.partition - b.partition;
  return a.subtopologyId < b.subtopologyId ? -1 : 1;
}

export function byPartition(a: Task, b: Task): number {
  return a.partition - b.partition || bySubtopology(a, b);
}

export function toTasksBySubtopology(tasks: readonly Task[]): TasksBySubtopology {
  const all = new Map<string, number[]>();
  for (const { subtopologyId, partition } of [...tasks].sort(bySubtopology)) {
    const partitions = all.get(subtopologyId);
    if (partitions === undefined) all.set(subtopologyId, [partition]);
    else partitions.push(partition);
  }
  return all;
}

/** The tasks of a topology. */
export class TopologyTasks {
  readonly all: readonly Task[];
  readonly #bySubtopology = new Map<string, readonly Task[]>();

  constructor(topology: TopologyDescriber) {
    const all: Task[] = [];
    for (const subtopologyId of topology.subtopologies) {
      const isStateful = topology.isStateful(subtopologyId);
      const own: Task[] = [];
      for (let partition = 0; partition < topology.numberOfTasks(subtopologyId); partition++) {
        own.push({ subtopologyId, partition, index: all.length + partition, isStateful });
      }
      for (const task of own) all.push(task);
      this.#bySubtopology.set(subtopologyId, own);
    }
    this.all = all;
  }

  /** Undefined for a task that the topology does not have, or not any more. */
  find(subtopologyId: string, partition: number): Task | undefined {
    return this.#bySubtopology.get(subtopologyId)?.[partition];
  }
}
