import {
  type ActiveTasksWithEpochs,
  type AssignedTasks,
  hasTask,
  isNothing,
  NOTHING_ASSIGNED,
  ownsAny,
  withoutEpochs,
} from './assigned-tasks.ts';
import type { StreamsGroupMember } from './streams-group-member.ts';
import type { TaskHolders } from './task-holders.ts';
import { eachTask, TaskSets } from './task-sets.ts';
import type { TasksBySubtopology, TasksTuple } from './tasks-tuple.ts';

export interface TaskReconciliation {
  readonly targetEpoch: number;
  readonly target: TasksTuple;
  readonly holders: TaskHolders;
  /** What the member says it owns; null where it does not say. */
  readonly owned: TasksTuple | null;
}

/**
 * The member's next step towards its target assignment (Kafka's streams CurrentAssignmentBuilder); the same member where there
 * is none. It gives up first what it must, tells so, and only then gets what is free. Undefined when it has to start anew, for
 * its state was written by a newer version.
 */
export function nextTasks(
  member: StreamsGroupMember,
  reconciliation: TaskReconciliation,
): StreamsGroupMember | undefined {
  const { targetEpoch, owned } = reconciliation;
  switch (member.state) {
    case 'STABLE':
      if (member.memberEpoch === targetEpoch) return member;
      return new Step(member, reconciliation).take(member.memberEpoch);
    case 'UNREVOKED_TASKS':
      if (mayOwn(owned, member.pendingRevocation)) return member;
      return new Step(member, reconciliation).take(member.memberEpoch + 1);
    case 'UNRELEASED_TASKS':
      return new Step(member, reconciliation).take(member.memberEpoch);
    case 'UNKNOWN':
      if (owned === null || ownsAnything(owned)) return undefined;
      return new Step(member, reconciliation).take(targetEpoch);
  }
}

/** Who does not say what it owns may own all of it. */
function mayOwn(owned: TasksTuple | null, tasks: AssignedTasks): boolean {
  return owned === null || ownsAny(owned, tasks);
}

function ownsAnything({ activeTasks, standbyTasks, warmupTasks }: TasksTuple): boolean {
  return activeTasks.size + standbyTasks.size + warmupTasks.size > 0;
}

/** Tasks of one purpose, by what becomes of them. */
class Change {
  readonly kept = new TaskSets();
  readonly revoked = new TaskSets();
  readonly added = new TaskSets();
  /** Whether others hold tasks that are to come. */
  readonly isWaiting: boolean;

  constructor(
    current: TasksBySubtopology,
    target: TasksBySubtopology,
    isHeld: (subtopologyId: string, partition: number) => boolean,
  ) {
    for (const [id, each] of eachTask(current)) {
      (hasTask(target, id, each) ? this.kept : this.revoked).add(id, each);
    }
    let isWaiting = false;
    for (const [id, each] of eachTask(target)) {
      if (this.kept.has(id, each)) continue;
      if (isHeld(id, each)) isWaiting = true;
      else this.added.add(id, each);
    }
    this.isWaiting = isWaiting;
  }

  /** What is to come is there already, in the member's hands for another purpose. */
  grant(id: string, partition: number): boolean {
    if (!this.added.delete(id, partition)) return false;
    this.kept.add(id, partition);
    return true;
  }
}

class Step {
  readonly #member: StreamsGroupMember;
  readonly #o: TaskReconciliation;
  readonly #current: TasksTuple;

  constructor(member: StreamsGroupMember, reconciliation: TaskReconciliation) {
    this.#member = member;
    this.#o = reconciliation;
    const { activeTasks, standbyTasks, warmupTasks } = member.assigned;
    this.#current = { activeTasks: withoutEpochs(activeTasks), standbyTasks, warmupTasks };
  }

  /** `epochWhileRevoking` is the member's epoch for as long as it has something to give up. */
  take(epochWhileRevoking: number): StreamsGroupMember {
    const { target, targetEpoch, owned } = this.#o;
    const { activeTasks, standbyTasks, warmupTasks } = this.#current;
    const active = new Change(activeTasks, target.activeTasks, this.#isActiveHeld);
    const standby = new Change(standbyTasks, target.standbyTasks, this.#isStandbyHeld);
    const warmup = new Change(warmupTasks, target.warmupTasks, this.#isWarmupHeld);
    for (const [id, each] of eachTask(activeTasks)) standby.grant(id, each);
    convert(standbyTasks, standby, warmup);
    convert(warmupTasks, warmup, standby);
    dropPromoted(standbyTasks, standby, target.activeTasks);
    dropPromoted(warmupTasks, warmup, target.activeTasks);
    const revoked: AssignedTasks = {
      activeTasks: this.#withEpochs(active.revoked),
      standbyTasks: standby.revoked.toTasks(),
      warmupTasks: warmup.revoked.toTasks(),
    };
    const mustRevoke = !isNothing(revoked) && mayOwn(owned, revoked);
    const granted = mustRevoke ? new TaskSets() : active.added;
    keepUntilGranted(standbyTasks, standby, target.activeTasks, granted);
    keepUntilGranted(warmupTasks, warmup, target.activeTasks, granted);
    if (mustRevoke) {
      return {
        ...atEpoch(this.#member, epochWhileRevoking),
        ...{ state: 'UNREVOKED_TASKS', pendingRevocation: revoked },
        assigned: {
          activeTasks: this.#withEpochs(active.kept),
          standbyTasks: standby.kept.toTasks(),
          warmupTasks: warmup.kept.toTasks(),
        },
      };
    }
    const isWaiting = active.isWaiting || standby.isWaiting || warmup.isWaiting;
    return {
      ...atEpoch(this.#member, targetEpoch),
      state: isWaiting ? 'UNRELEASED_TASKS' : 'STABLE',
      pendingRevocation: NOTHING_ASSIGNED,
      assigned: {
        activeTasks: this.#withEpochs(active.kept.with(active.added)),
        standbyTasks: standby.kept.with(standby.added).toTasks(),
        warmupTasks: warmup.kept.with(warmup.added).toTasks(),
      },
    };
  }

  /** Tasks that come now have the epoch of the target. */
  #withEpochs(tasks: TaskSets): ActiveTasksWithEpochs {
    const { activeTasks } = this.#member.assigned;
    const epochs = new Map<string, Map<number, number>>();
    for (const [id, partitions] of tasks.toTasks()) {
      const known = activeTasks.get(id);
      epochs.set(
        id,
        new Map(partitions.map((each) => [each, known?.get(each) ?? this.#o.targetEpoch])),
      );
    }
    return epochs;
  }

  #isActiveHeld = (id: string, partition: number): boolean =>
    this.#o.holders.activeProcess(id, partition) !== undefined ||
    this.#isStandbyBeside(id, partition) ||
    this.#isWarmupBeside(id, partition);

  #isStandbyHeld = (id: string, partition: number): boolean => {
    const { processId } = this.#member;
    const isRunBeside =
      this.#o.holders.activeProcess(id, partition) === processId &&
      !hasTask(this.#current.activeTasks, id, partition);
    return (
      isRunBeside ||
      this.#o.holders.isStandbyOf(processId, id, partition) ||
      this.#isWarmupBeside(id, partition)
    );
  };

  #isWarmupHeld = (id: string, partition: number): boolean => {
    const { processId } = this.#member;
    return (
      this.#o.holders.activeProcess(id, partition) === processId ||
      this.#isStandbyBeside(id, partition) ||
      this.#o.holders.isWarmupOf(processId, id, partition)
    );
  };

  /** By another member of the same process, whose state directory is the same. */
  #isStandbyBeside(id: string, partition: number): boolean {
    const isOwn = hasTask(this.#current.standbyTasks, id, partition);
    return !isOwn && this.#o.holders.isStandbyOf(this.#member.processId, id, partition);
  }

  #isWarmupBeside(id: string, partition: number): boolean {
    const isOwn = hasTask(this.#current.warmupTasks, id, partition);
    return !isOwn && this.#o.holders.isWarmupOf(this.#member.processId, id, partition);
  }
}

/** A replica that only changes what it is for is not given up first. */
function convert(current: TasksBySubtopology, from: Change, to: Change): void {
  for (const [id, each] of eachTask(current)) if (to.grant(id, each)) from.revoked.delete(id, each);
}

/** A replica that becomes active stays where it is until it does. */
function dropPromoted(
  current: TasksBySubtopology,
  change: Change,
  targetActive: TasksBySubtopology,
): void {
  for (const [id, each] of eachTask(current)) {
    if (hasTask(targetActive, id, each)) change.revoked.delete(id, each);
  }
}

function keepUntilGranted(
  current: TasksBySubtopology,
  change: Change,
  targetActive: TasksBySubtopology,
  granted: TaskSets,
): void {
  for (const [id, each] of eachTask(current)) {
    if (hasTask(targetActive, id, each) && !granted.has(id, each)) change.kept.add(id, each);
  }
}

/** The epoch before is the one that the client may still be at. */
function atEpoch(member: StreamsGroupMember, memberEpoch: number): StreamsGroupMember {
  return { ...member, previousMemberEpoch: member.memberEpoch, memberEpoch };
}
