// OffsetForLeaderEpoch (23), versions 2-4 (KIP-101, KIP-320).
// - An epoch this log skipped answers the one below it; one it never knew answers epoch and offset -1.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { OffsetForLeaderEpochApi } from '../../../domain/protocol/messages/offset-for-leader-epoch.ts';
import type { OffsetForLeaderEpoch } from '../../../ports/offset-for-leader-epoch.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function offsetForLeaderEpochHandler(dependencies: {
  offsetForLeaderEpoch: OffsetForLeaderEpoch;
}): RequestHandler {
  const { offsetForLeaderEpoch } = dependencies;
  return handler(OffsetForLeaderEpochApi, ({ topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch: epoch }) => {
        const query = { topic, partition, currentLeaderEpoch, leaderEpoch: epoch };
        const { error, leaderEpoch, endOffset } = offsetForLeaderEpoch.endOffsetForEpoch(query);
        return { errorCode: ERROR_CODES[error].code, partition, leaderEpoch, endOffset };
      }),
    })),
  }));
}
