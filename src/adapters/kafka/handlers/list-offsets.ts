// ListOffsets (2), versions 1-11.
// - v2 isolation level, v4 leader epoch (KIP-320). Marks instead of a time: -1 latest and -2 earliest in all versions,
//   since v7 -3 max timestamp (KIP-734), v8 -4 earliest local (KIP-405), v9 -5 latest tiered (KIP-1005), v11 -6 earliest
//   pending upload (KIP-1023); in an older version such a mark is UNSUPPORTED_VERSION.
// - A partition named twice is INVALID_REQUEST.
import { ERROR_CODES, type ErrorName } from '../../../domain/error-code.ts';
import { ListOffsetsApi } from '../../../domain/protocol/messages/list-offsets.ts';
import type { RequestOf } from '../../../domain/protocol/schema.ts';
import type { ListedOffset, ListOffsets } from '../../../ports/list-offsets.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

type RequestTopic = RequestOf<typeof ListOffsetsApi>['topics'][number];
type RequestPartition = RequestTopic['partitions'][number];

const READ_COMMITTED = 1;
/** The first version of each mark. */
const MARK_SINCE = new Map<bigint, number>([
  [-1n, 0],
  [-2n, 0],
  [-3n, 7],
  [-4n, 8],
  [-5n, 9],
  [-6n, 11],
]);

export function listOffsetsHandler({ listOffsets }: { listOffsets: ListOffsets }): RequestHandler {
  return handler(ListOffsetsApi, async (request, { apiVersion }) => {
    const isolation =
      request.isolationLevel === READ_COMMITTED ? 'read_committed' : 'read_uncommitted';
    const seen = new Set<string>();
    const twice = new Set<string>();
    for (const { name, partitions } of request.topics) {
      for (const { partitionIndex } of partitions) {
        const key = `${name}:${partitionIndex}`;
        if (seen.has(key)) twice.add(key);
        seen.add(key);
      }
    }
    const told = new Set<string>();
    // Kafka tells a partition that is named twice once.
    const once = (topic: string, partitions: readonly RequestPartition[]) =>
      partitions.filter(({ partitionIndex }) => {
        const key = `${topic}:${partitionIndex}`;
        if (told.has(key)) return false;
        if (twice.has(key)) told.add(key);
        return true;
      });
    const problemOf = (topic: string, partition: RequestPartition): ErrorName | undefined => {
      if (twice.has(`${topic}:${partition.partitionIndex}`)) return 'INVALID_REQUEST';
      return knownMark(partition.timestamp, apiVersion) ? undefined : 'UNSUPPORTED_VERSION';
    };
    const topics = [];
    for (const { name, partitions } of request.topics) {
      const asked = partitions.filter((one) => problemOf(name, one) === undefined);
      const listed = await listOffsets.listOffsets({
        topic: name,
        isolation,
        partitions: asked.map(({ partitionIndex, currentLeaderEpoch, timestamp }) => ({
          partition: partitionIndex,
          currentLeaderEpoch,
          timestamp,
        })),
      });
      let next = 0;
      topics.push({
        name,
        partitions: once(name, partitions).map((partition) => {
          const problem = problemOf(name, partition);
          return partitionOf(
            problem === undefined ? listed[next++]! : refused(partition.partitionIndex, problem),
            apiVersion,
          );
        }),
      });
    }
    return { throttleTimeMs: 0, topics };
  });
}

function knownMark(timestamp: bigint, version: number): boolean {
  return timestamp >= 0n || (MARK_SINCE.get(timestamp) ?? Number.POSITIVE_INFINITY) <= version;
}

function refused(partition: number, error: ErrorName): ListedOffset {
  return { partition, error, offset: -1n, timestampMs: -1n, leaderEpoch: -1 };
}

function partitionOf(listed: ListedOffset, version: number) {
  return {
    partitionIndex: listed.partition,
    errorCode: ERROR_CODES[listed.error].code,
    timestamp: listed.timestampMs,
    offset: listed.offset,
    // Not in the versions before 4, which cannot carry it.
    leaderEpoch: version >= 4 ? listed.leaderEpoch : -1,
  };
}
