// DescribeProducers, version 0 (KIP-664): the producers a partition remembers, and where their open transactions start.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DescribeProducersApi } from '../../../domain/protocol/messages/describe-producers.ts';
import type { DescribeProducers } from '../../../ports/describe-producers.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function describeProducersHandler({
  producers,
}: {
  producers: DescribeProducers;
}): RequestHandler {
  return handler(DescribeProducersApi, ({ topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const described = producers.describe(name, partitionIndex);
        return {
          partitionIndex,
          errorCode: ERROR_CODES[described.error].code,
          errorMessage: described.errorMessage,
          activeProducers: described.producers.map(({ lastTimestampMs, ...producer }) => ({
            ...producer,
            lastTimestamp: lastTimestampMs,
          })),
        };
      }),
    })),
  }));
}
