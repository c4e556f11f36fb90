import { BinaryHeap } from './binary-heap.ts';
import type { Task } from './task.ts';

/** A member and what it is to have. */
export class MemberState {
  readonly memberId: string;
  readonly process: ProcessState;
  readonly activeTasks: Task[] = [];
  readonly standbyTasks: Task[] = [];

  constructor(memberId: string, process: ProcessState) {
    this.memberId = memberId;
    this.process = process;
  }

  get taskCount(): number {
    return this.activeTasks.length + this.standbyTasks.length;
  }
}

export type TaskKind = 'activeTasks' | 'standbyTasks';

interface QueuedMember {
  readonly member: MemberState;
  readonly taskCount: number;
}

/** The members of one process, none of which may have a task that another has (Kafka's ProcessState). */
export class ProcessState {
  readonly #members: MemberState[] = [];
  readonly #taskIndexes = new Set<number>();
  #taskCount = 0;
  /** Undefined when a task went to a member that was not the first of it. */
  #membersByLoad: BinaryHeap<QueuedMember> | undefined;

  addMember(memberId: string): MemberState {
    const member = new MemberState(memberId, this);
    this.#members.push(member);
    return member;
  }

  /** Tasks for each member. */
  get load(): number {
    return this.#taskCount / this.#members.length;
  }

  has(task: Task): boolean {
    return this.#taskIndexes.has(task.index);
  }

  /** Returns how many tasks the member has by now. */
  give(task: Task, kind: TaskKind, member: MemberState): number {
    this.#membersByLoad = undefined;
    return this.#give(task, kind, member);
  }

  /** Returns how many tasks the member that got it has by now. */
  giveToLeastLoaded(task: Task, kind: TaskKind): number {
    this.#membersByLoad ??= new BinaryHeap(
      (a, b) => a.taskCount - b.taskCount,
      this.#members.map((member) => ({ member, taskCount: member.taskCount })),
    );
    const { member } = this.#membersByLoad.poll() as QueuedMember;
    const taskCount = this.#give(task, kind, member);
    this.#membersByLoad.add({ member, taskCount });
    return taskCount;
  }

  #give(task: Task, kind: TaskKind, member: MemberState): number {
    member[kind].push(task);
    this.#taskIndexes.add(task.index);
    this.#taskCount++;
    return member.taskCount;
  }
}
