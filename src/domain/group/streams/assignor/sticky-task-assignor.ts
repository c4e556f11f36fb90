import { BinaryHeap } from './binary-heap.ts';
import { PreviousTasks } from './previous-tasks.ts';
import { type MemberState, ProcessState, type TaskKind } from './process-state.ts';
import {
  byPartition,
  bySubtopology,
  type Task,
  TopologyTasks,
  toTasksBySubtopology,
} from './task.ts';
import {
  type GroupSpec,
  type MemberAssignment,
  type TaskAssignor,
  TaskAssignorError,
  type TopologyDescriber,
} from './task-assignor.ts';
import { TaskQuota } from './task-quota.ts';

/** Leaves tasks where they, or their state, were as far as that keeps members equally loaded (Kafka's StickyTaskAssignor). */
export const STICKY_TASK_ASSIGNOR: TaskAssignor = {
  name: 'sticky',
  assign(group, topology) {
    const assignment = new StickyAssignment(group, topology);
    assignment.assignActive();
    assignment.assignStandby();
    return assignment.memberAssignments();
  },
};

interface StandbyToAssign {
  readonly task: Task;
  readonly replicas: number;
}

class StickyAssignment {
  readonly #tasks: TopologyTasks;
  readonly #statefulTasks: readonly Task[];
  readonly #numStandbyReplicas: number;
  readonly #members: MemberState[] = [];
  readonly #processes = new Map<string, ProcessState>();
  readonly #previous: PreviousTasks;
  readonly #activeQuota: TaskQuota;
  readonly #totalQuota: TaskQuota;

  constructor({ members, configs }: GroupSpec, topology: TopologyDescriber) {
    this.#numStandbyReplicas = configs.numStandbyReplicas;
    this.#tasks = new TopologyTasks(topology);
    this.#statefulTasks = this.#tasks.all.filter(({ isStateful }) => isStateful);
    this.#previous = new PreviousTasks(this.#tasks);
    for (const [memberId, member] of members) {
      let process = this.#processes.get(member.processId);
      if (process === undefined) {
        process = new ProcessState();
        this.#processes.set(member.processId, process);
      }
      const state = process.addMember(memberId);
      this.#members.push(state);
      this.#previous.add(state, member);
    }
    const active = this.#tasks.all.length;
    const standby = this.#statefulTasks.length * this.#numStandbyReplicas;
    this.#activeQuota = new TaskQuota(active, members.size);
    this.#totalQuota = new TaskQuota(active + standby, members.size);
  }

  assignActive(): void {
    const byPrevious = [...this.#tasks.all].sort(byPartition);
    const withoutHolder = byPrevious.filter(
      (task) => !this.#giveActiveTo(this.#previous.activeHolder(task), task),
    );
    const unassigned = withoutHolder.filter(
      (task) => !this.#giveActiveTo(leastLoaded(this.#previous.stateHolders(task)), task),
    );
    const queue = this.#processesByLoad();
    for (const task of unassigned.sort(bySubtopology)) {
      const process = queue.poll();
      if (process === undefined) {
        const id = `${task.subtopologyId}_${task.partition}`;
        throw new TaskAssignorError(`No process available to assign active task ${id}.`);
      }
      const taskCount = process.giveToLeastLoaded(task, 'activeTasks');
      this.#activeQuota.onTaskGiven(taskCount);
      this.#totalQuota.onTaskGiven(taskCount);
      queue.add(process);
    }
  }

  #giveActiveTo(member: MemberState | undefined, task: Task): boolean {
    if (member === undefined || member.taskCount >= this.#activeQuota.perMember) return false;
    this.#activeQuota.onTaskGiven(this.#give(task, 'activeTasks', member));
    return true;
  }

  #give(task: Task, kind: TaskKind, member: MemberState): number {
    const taskCount = member.process.give(task, kind, member);
    this.#totalQuota.onTaskGiven(taskCount);
    return taskCount;
  }

  assignStandby(): void {
    const toLeastLoaded: StandbyToAssign[] = [];
    for (const task of [...this.#statefulTasks].sort(byPartition).reverse()) {
      let replicas = this.#numStandbyReplicas;
      while (replicas > 0 && this.#giveStandbyToHolder(task)) replicas--;
      if (replicas > 0) toLeastLoaded.push({ task, replicas });
    }
    const queue = this.#processesByLoad();
    for (const { task, replicas } of toLeastLoaded.sort((a, b) => bySubtopology(b.task, a.task))) {
      // Where every process has the task, there are fewer replicas than were asked for.
      for (let i = 0; i < replicas; i++) if (!this.#giveStandbyToLeastLoaded(task, queue)) break;
    }
  }

  #giveStandbyToHolder(task: Task): boolean {
    const active = this.#previous.activeHolder(task);
    return (
      this.#giveStandbyTo(active, task) ||
      this.#giveStandbyTo(leastLoaded(this.#previous.stateHolders(task), task), task)
    );
  }

  #giveStandbyTo(member: MemberState | undefined, task: Task): boolean {
    if (member === undefined || member.process.has(task)) return false;
    if (member.taskCount >= this.#totalQuota.perMember) return false;
    this.#give(task, 'standbyTasks', member);
    return true;
  }

  #giveStandbyToLeastLoaded(task: Task, queue: BinaryHeap<ProcessState>): boolean {
    const polled: ProcessState[] = [];
    let isGiven = false;
    while (!isGiven) {
      const process = queue.poll();
      if (process === undefined) break;
      polled.push(process);
      if (process.has(task)) continue;
      this.#totalQuota.onTaskGiven(process.giveToLeastLoaded(task, 'standbyTasks'));
      isGiven = true;
    }
    for (const process of polled.reverse()) queue.add(process);
    return isGiven;
  }

  #processesByLoad(): BinaryHeap<ProcessState> {
    return new BinaryHeap((a, b) => a.load - b.load, this.#processes.values());
  }

  memberAssignments(): ReadonlyMap<string, MemberAssignment> {
    return new Map(
      this.#members.map(({ memberId, activeTasks, standbyTasks }) => [
        memberId,
        {
          activeTasks: toTasksBySubtopology(activeTasks),
          standbyTasks: toTasksBySubtopology(standbyTasks),
        },
      ]),
    );
  }
}

/**
 * The first, or a later one whose process and which itself has less to do. With a task, only of members whose process
 * does not have it yet.
 */
function leastLoaded(members: readonly MemberState[], task?: Task): MemberState | undefined {
  let least: MemberState | undefined;
  for (const member of members) {
    if (task !== undefined && member.process.has(task)) continue;
    const isLess =
      least === undefined ||
      (member.process.load < least.process.load && member.taskCount < least.taskCount);
    if (isLess) least = member;
  }
  return least;
}
