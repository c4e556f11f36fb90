import type { MemberState } from './process-state.ts';
import type { Task, TopologyTasks } from './task.ts';
import type { AssignorMember } from './task-assignor.ts';

interface StandbyCandidate {
  readonly member: MemberState;
  readonly isStandby: boolean;
  readonly offsetSum: bigint;
}

const NO_MEMBERS: readonly MemberState[] = [];

/** Which members have a task, or its state, from before. */
export class PreviousTasks {
  readonly #tasks: TopologyTasks;
  readonly #active = new Map<number, MemberState>();
  readonly #candidates = new Map<number, StandbyCandidate[]>();
  readonly #ranked = new Map<number, readonly MemberState[]>();

  constructor(tasks: TopologyTasks) {
    this.#tasks = tasks;
  }

  add(state: MemberState, member: AssignorMember): void {
    for (const [subtopologyId, partitions] of member.activeTasks) {
      for (const partition of partitions) {
        const task = this.#tasks.find(subtopologyId, partition);
        if (task !== undefined) this.#active.set(task.index, state);
      }
    }
    for (const [subtopologyId, partitions] of member.standbyTasks) {
      for (const partition of partitions) {
        const offsetSum = member.taskOffsets.get(subtopologyId)?.get(partition) ?? 0n;
        this.#addCandidate(subtopologyId, partition, { member: state, isStandby: true, offsetSum });
      }
    }
    // A member that was started again has a new id and no tasks, but says what state it found on its disk.
    for (const [subtopologyId, offsets] of member.taskOffsets) {
      const standby = new Set(member.standbyTasks.get(subtopologyId));
      for (const [partition, offsetSum] of offsets) {
        if (standby.has(partition)) continue;
        this.#addCandidate(subtopologyId, partition, {
          member: state,
          isStandby: false,
          offsetSum,
        });
      }
    }
  }

  #addCandidate(subtopologyId: string, partition: number, candidate: StandbyCandidate): void {
    const task = this.#tasks.find(subtopologyId, partition);
    if (task === undefined) return;
    const candidates = this.#candidates.get(task.index);
    if (candidates === undefined) this.#candidates.set(task.index, [candidate]);
    else candidates.push(candidate);
  }

  /** The member whose active task it was. */
  activeHolder(task: Task): MemberState | undefined {
    return this.#active.get(task.index);
  }

  /** Members with a copy of the task's state: standby tasks first, and of these and of the others who has most of it. */
  stateHolders(task: Task): readonly MemberState[] {
    const candidates = this.#candidates.get(task.index);
    if (candidates === undefined) return NO_MEMBERS;
    let ranked = this.#ranked.get(task.index);
    if (ranked === undefined) {
      ranked = candidates.sort(byRank).map(({ member }) => member);
      this.#ranked.set(task.index, ranked);
    }
    return ranked;
  }
}

function byRank(a: StandbyCandidate, b: StandbyCandidate): number {
  if (a.isStandby !== b.isStandby) return a.isStandby ? -1 : 1;
  if (a.offsetSum === b.offsetSum) return 0;
  return a.offsetSum > b.offsetSum ? -1 : 1;
}
