import type { TasksBySubtopology } from './tasks-tuple.ts';

/** Tasks that are added and removed one by one. */
export class TaskSets {
  readonly #tasks = new Map<string, Set<number>>();

  get size(): number {
    return this.#tasks.size;
  }

  has(subtopologyId: string, partition: number): boolean {
    return this.#tasks.get(subtopologyId)?.has(partition) === true;
  }

  add(subtopologyId: string, partition: number): void {
    const partitions = this.#tasks.get(subtopologyId) ?? new Set();
    this.#tasks.set(subtopologyId, partitions.add(partition));
  }

  /** Whether it was there. */
  delete(subtopologyId: string, partition: number): boolean {
    const partitions = this.#tasks.get(subtopologyId);
    const wasThere = partitions?.delete(partition) === true;
    if (partitions?.size === 0) this.#tasks.delete(subtopologyId);
    return wasThere;
  }

  /** These and others, each once. */
  with(others: TaskSets): TaskSets {
    const all = new TaskSets();
    for (const tasks of [this, others]) {
      for (const [id, partitions] of tasks.#tasks) for (const each of partitions) all.add(id, each);
    }
    return all;
  }

  toTasks(): TasksBySubtopology {
    const tasks = new Map<string, readonly number[]>();
    for (const [id, partitions] of this.#tasks) {
      tasks.set(
        id,
        [...partitions].sort((a, b) => a - b),
      );
    }
    return tasks;
  }
}

/** The tasks one after another. */
export function* eachTask(tasks: TasksBySubtopology): Iterable<readonly [string, number]> {
  for (const [id, partitions] of tasks) for (const each of partitions) yield [id, each];
}
