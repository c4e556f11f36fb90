// InitProducerId, versions 0 to 5.
// KIP-98 (idempotence and transactions), KIP-360 (a producer brings its id and epoch since 3), KIP-890 (versions 4 and 5
// allow ABORTABLE errors). Without transactions a transactional id is refused with UNSUPPORTED_VERSION: it is final, where
// COORDINATOR_NOT_AVAILABLE would let producers wait until their timeout.
import { KafkaError } from '../../../domain/kafka-error.ts';
import { InitProducerIdApi } from '../../../domain/protocol/messages/init-producer-id.ts';
import type { RequestOf } from '../../../domain/protocol/schema.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../../../domain/record/record-batch-header.ts';
import type {
  ProducerIds,
  TransactionalProducer,
  TransactionalProducers,
} from '../../../ports/producer-ids.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export interface InitProducerIdDependencies {
  readonly producerIds: ProducerIds;
  readonly transactions?: TransactionalProducers;
}

export function initProducerIdHandler(dependencies: InitProducerIdDependencies): RequestHandler {
  return handler(InitProducerIdApi, async (request) => {
    try {
      const producer = await initProducer(request, dependencies);
      return { throttleTimeMs: 0, errorCode: 0, ...producer };
    } catch (error) {
      return {
        throttleTimeMs: 0,
        errorCode: KafkaError.from(error).code,
        producerId: NO_PRODUCER_ID,
        producerEpoch: NO_PRODUCER_EPOCH,
      };
    }
  });
}

async function initProducer(
  request: RequestOf<typeof InitProducerIdApi>,
  { producerIds, transactions }: InitProducerIdDependencies,
): Promise<TransactionalProducer> {
  const { transactionalId, producerId, producerEpoch, transactionTimeoutMs } = request;
  if ((producerId === NO_PRODUCER_ID) !== (producerEpoch === NO_PRODUCER_EPOCH)) {
    throw new KafkaError('INVALID_REQUEST', 'a producer id goes with an epoch');
  }
  // The id an idempotent producer had is not asked for: it gets a new one, whatever happened to the old.
  if (transactionalId === null) return { producerId: await producerIds.next(), producerEpoch: 0 };
  if (transactionalId === '')
    throw new KafkaError('INVALID_REQUEST', 'the transactional id is empty');
  if (transactions === undefined) {
    throw new KafkaError('UNSUPPORTED_VERSION', 'this broker has no transactions');
  }
  return transactions.init({ transactionalId, transactionTimeoutMs, producerId, producerEpoch });
}
