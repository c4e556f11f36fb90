import type { AssignedTasks } from './assigned-tasks.ts';
import type { StreamsGroupMember } from './streams-group-member.ts';
import type { TasksBySubtopology } from './tasks-tuple.ts';

/**
 * In which processes the members are that hold each task: have it, or have yet to say that they gave it up. An active task is
 * with one member only; a process, whose members share its state directory, holds a task only once.
 */
export class TaskHolders {
  readonly #active = new Map<string, Map<number, string>>();
  readonly #standby = new ProcessesByTask();
  readonly #warmup = new ProcessesByTask();

  activeProcess(subtopologyId: string, partition: number): string | undefined {
    return this.#active.get(subtopologyId)?.get(partition);
  }

  isStandbyOf(processId: string, subtopologyId: string, partition: number): boolean {
    return this.#standby.has(processId, subtopologyId, partition);
  }

  isWarmupOf(processId: string, subtopologyId: string, partition: number): boolean {
    return this.#warmup.has(processId, subtopologyId, partition);
  }

  replace(old: StreamsGroupMember | undefined, member: StreamsGroupMember | undefined): void {
    const isSame =
      old?.assigned === member?.assigned &&
      old?.pendingRevocation === member?.pendingRevocation &&
      old?.processId === member?.processId;
    if (isSame) return;
    if (old !== undefined) {
      this.#release(old.assigned, old.processId);
      this.#release(old.pendingRevocation, old.processId);
    }
    if (member !== undefined) {
      this.#hold(member.assigned, member.processId);
      this.#hold(member.pendingRevocation, member.processId);
    }
  }

  #hold({ activeTasks, standbyTasks, warmupTasks }: AssignedTasks, processId: string): void {
    for (const [id, partitions] of activeTasks) {
      const processes = this.#active.get(id) ?? new Map<number, string>();
      this.#active.set(id, processes);
      for (const partition of partitions.keys()) processes.set(partition, processId);
    }
    this.#standby.add(standbyTasks, processId);
    this.#warmup.add(warmupTasks, processId);
  }

  /** While the log is read, another process may hold by now what the older record says is this one's. */
  #release({ activeTasks, standbyTasks, warmupTasks }: AssignedTasks, processId: string): void {
    for (const [id, partitions] of activeTasks) {
      const processes = this.#active.get(id);
      for (const partition of partitions.keys()) {
        if (processes?.get(partition) === processId) processes.delete(partition);
      }
      if (processes?.size === 0) this.#active.delete(id);
    }
    this.#standby.remove(standbyTasks, processId);
    this.#warmup.remove(warmupTasks, processId);
  }
}

class ProcessesByTask {
  readonly #processes = new Map<string, Map<number, Set<string>>>();

  has(processId: string, subtopologyId: string, partition: number): boolean {
    return this.#processes.get(subtopologyId)?.get(partition)?.has(processId) === true;
  }

  add(tasks: TasksBySubtopology, processId: string): void {
    for (const [id, partitions] of tasks) {
      const byPartition = this.#processes.get(id) ?? new Map<number, Set<string>>();
      this.#processes.set(id, byPartition);
      for (const each of partitions) {
        byPartition.set(each, (byPartition.get(each) ?? new Set()).add(processId));
      }
    }
  }

  remove(tasks: TasksBySubtopology, processId: string): void {
    for (const [id, partitions] of tasks) {
      const byPartition = this.#processes.get(id);
      for (const each of partitions) {
        const processes = byPartition?.get(each);
        processes?.delete(processId);
        if (processes?.size === 0) byPartition?.delete(each);
      }
      if (byPartition?.size === 0) this.#processes.delete(id);
    }
  }
}
