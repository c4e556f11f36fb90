import { KafkaError } from '../../kafka-error.ts';
import type { TaskOffsets } from './assignor/task-assignor.ts';
import type { TaskOffset } from './streams-messages.ts';

/** How far a member's changelogs are restored, as it told last; in no record. */
export interface MemberTaskOffsets {
  readonly taskOffsets: TaskOffsets;
  readonly taskEndOffsets: TaskOffsets;
}

export const NO_TASK_OFFSETS: MemberTaskOffsets = {
  taskOffsets: new Map(),
  taskEndOffsets: new Map(),
};

/** What a heartbeat tells takes the place of all that was told before. Throws INVALID_REQUEST for a task that is there twice. */
export function taskOffsetsAfter(
  { taskOffsets, taskEndOffsets }: MemberTaskOffsets,
  told: {
    readonly taskOffsets: readonly TaskOffset[] | null;
    readonly taskEndOffsets: readonly TaskOffset[] | null;
  },
): MemberTaskOffsets {
  return {
    taskOffsets: told.taskOffsets === null ? taskOffsets : byTask(told.taskOffsets),
    taskEndOffsets: told.taskEndOffsets === null ? taskEndOffsets : byTask(told.taskEndOffsets),
  };
}

function byTask(offsets: readonly TaskOffset[]): TaskOffsets {
  const all = new Map<string, Map<number, bigint>>();
  for (const { subtopologyId, partition, offset } of offsets) {
    const ofSubtopology = all.get(subtopologyId) ?? new Map<number, bigint>();
    if (ofSubtopology.has(partition)) {
      throw new KafkaError(
        'INVALID_REQUEST',
        `Task offsets contain a duplicate entry for subtopology ${subtopologyId} and partition ${partition}.`,
      );
    }
    all.set(subtopologyId, ofSubtopology.set(partition, offset));
  }
  return all;
}

/** In the order of subtopologies and partitions. */
export function taskOffsetEntries(offsets: TaskOffsets): TaskOffset[] {
  return [...offsets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([subtopologyId, byPartition]) =>
      [...byPartition]
        .sort(([a], [b]) => a - b)
        .map(([partition, offset]) => ({ subtopologyId, partition, offset })),
    );
}
