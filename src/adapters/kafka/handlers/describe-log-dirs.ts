// DescribeLogDirs, versions 1 to 5.
// KIP-113, KIP-784 (error code since 3), KIP-827 (sizes of the volume since 4), KIP-1066 (cordoned since 5: never here).
import { KafkaError } from '../../../domain/kafka-error.ts';
import { DescribeLogDirsApi } from '../../../domain/protocol/messages/describe-log-dirs.ts';
import type { LogDirs } from '../../../ports/log-dirs.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function describeLogDirsHandler({ logDirs }: { readonly logDirs: LogDirs }): RequestHandler {
  return handler(DescribeLogDirsApi, async (request) => {
    try {
      const described = await logDirs.describe(request.topics);
      return {
        throttleTimeMs: 0,
        errorCode: 0,
        results: described.map(({ path, topics, totalBytes, usableBytes }) => ({
          errorCode: 0,
          logDir: path,
          topics: topics.map(({ name, partitions }) => ({
            name,
            partitions: partitions.map(({ partition, sizeBytes }) => ({
              partitionIndex: partition,
              partitionSize: BigInt(sizeBytes),
              offsetLag: 0n,
              isFutureKey: false,
            })),
          })),
          totalBytes,
          usableBytes,
        })),
      };
    } catch (error) {
      return { throttleTimeMs: 0, errorCode: KafkaError.from(error).code, results: [] };
    }
  });
}
