// WriteTxnMarkers, versions 1 and 2: between brokers. 2 tells the transaction version, by which a marker must have an
// epoch of its own (KIP-890). The answer names the topics of each marker in the request's order.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { WriteTxnMarkersApi } from '../../../domain/protocol/messages/write-txn-markers.ts';
import type {
  TransactionMarkers,
  TransactionPartition,
} from '../../../ports/transaction-markers.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function writeTxnMarkersHandler({
  markers,
}: {
  markers: TransactionMarkers;
}): RequestHandler {
  return handler(WriteTxnMarkersApi, async (request) => {
    const answers = request.markers.map(async (marker) => {
      const partitions: TransactionPartition[] = marker.topics.flatMap(
        ({ name, partitionIndexes }) =>
          partitionIndexes.map((partition) => ({ topic: name, partition })),
      );
      const written = await markers.write({
        producerId: marker.producerId,
        producerEpoch: marker.producerEpoch,
        committed: marker.transactionResult,
        coordinatorEpoch: marker.coordinatorEpoch,
        transactionVersion: marker.transactionVersion >= 2 ? 2 : 0,
        partitions,
      });
      let next = 0;
      const topics = marker.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({
          partitionIndex,
          errorCode: ERROR_CODES[written[next++]?.error ?? 'UNKNOWN_SERVER_ERROR'].code,
        })),
      }));
      return { producerId: marker.producerId, topics };
    });
    return { markers: await Promise.all(answers) };
  });
}
