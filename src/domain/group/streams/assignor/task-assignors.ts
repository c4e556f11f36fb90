import { STICKY_TASK_ASSIGNOR } from './sticky-task-assignor.ts';
import type { TaskAssignor } from './task-assignor.ts';

/** Kafka 4.4 has this one alone; a name that is not known gets it as the default. */
const ASSIGNORS: ReadonlyMap<string, TaskAssignor> = new Map(
  [STICKY_TASK_ASSIGNOR].map((assignor) => [assignor.name, assignor]),
);

export function taskAssignorNamed(name: string): TaskAssignor {
  return ASSIGNORS.get(name) ?? STICKY_TASK_ASSIGNOR;
}
