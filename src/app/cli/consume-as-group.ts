import { type Generation, GroupMember } from '../../adapters/kafka-client/group-member.ts';
import {
  commitOffsets,
  committedOffsets,
  type GroupOffset,
} from '../../adapters/kafka-client/group-offsets.ts';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { CliIo } from './cli-io.ts';
import { type ConsumeLoop, consumeFrom } from './consume-loop.ts';
import type { LogRange } from './offset-position.ts';

export interface GroupStart {
  readonly groupId: string;
  /** Where a partition starts that has nothing committed. */
  readonly positions: ReadonlyMap<number, bigint>;
  readonly ranges: ReadonlyMap<number, LogRange>;
}

const COMMIT_INTERVAL_MS = 5_000;

/**
 * Consumes as a member of a group: from the committed offsets, or where there is none from the positions given, committing
 * what was printed every few seconds, before every new assignment and at the end.
 */
export async function consumeAsGroup(
  loop: ConsumeLoop,
  start: GroupStart,
  io: CliIo,
): Promise<void> {
  const member = new GroupMember(loop.cluster, start.groupId, loop.topic);
  try {
    for (;;) {
      const generation = await member.join(io.stopped);
      await consumeGeneration(loop, start, generation, io);
      if (io.stopped.aborted || !generation.ended.aborted || loop.limits.exhausted) return;
    }
  } catch (error) {
    if (!io.stopped.aborted) throw error;
  } finally {
    await member.leave().catch(() => undefined);
  }
}

async function consumeGeneration(
  loop: ConsumeLoop,
  start: GroupStart,
  generation: Generation,
  io: CliIo,
): Promise<void> {
  const { cluster, topic, limits } = loop;
  const signal = AbortSignal.any([io.stopped, generation.ended]);
  if (generation.partitions.length === 0) {
    if (!limits.bounded) await aborted(signal);
    return;
  }
  const positions = await positionsOf(loop, start, generation);
  const read = new Map<number, GroupOffset>();
  let dirty = false;
  const commit = async (): Promise<void> => {
    if (!dirty) return;
    dirty = false;
    try {
      await commitOffsets(cluster, start.groupId, [...read.values()], generation);
    } catch (error) {
      dirty = true;
      throw error;
    }
  };
  // What a commit on the way fails with, the last one fails with too.
  const timer = setInterval(() => void commit().catch(() => undefined), COMMIT_INTERVAL_MS);
  try {
    await consumeFrom(loop, positions, signal, io, (partition, offset) => {
      read.set(partition, { topic, partition, offset });
      dirty = true;
    });
  } finally {
    clearInterval(timer);
  }
  await commit().catch((error: unknown) => {
    // The partitions are somebody else's by now, who reads these records once more.
    if (!(error instanceof KafkaError) || !generation.ended.aborted) throw error;
  });
}

async function positionsOf(
  { cluster, topic }: ConsumeLoop,
  { groupId, positions, ranges }: GroupStart,
  { partitions }: Generation,
): Promise<ReadonlyMap<number, bigint>> {
  const found = new Map(partitions.map((each) => [each, positions.get(each) ?? 0n]));
  for (const { topic: name, partition, offset } of await committedOffsets(cluster, groupId)) {
    if (name !== topic || !found.has(partition)) continue;
    // What was committed may have been deleted by retention since.
    const earliest = ranges.get(partition)?.earliest ?? 0n;
    found.set(partition, offset < earliest ? earliest : offset);
  }
  return found;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
