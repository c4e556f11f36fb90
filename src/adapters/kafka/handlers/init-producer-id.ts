// InitProducerId, versions 0 to 5.
// KIP-98 (idempotence and transactions), KIP-360 (a producer brings its id and epoch since 3), KIP-890 (versions 4 and 5
// allow ABORTABLE errors). PRODUCER_FENCED is told from 4 on, before it is INVALID_PRODUCER_EPOCH.
import { ERROR_CODES, type ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { InitProducerIdApi } from '../../../domain/protocol/messages/init-producer-id.ts';
import type { RequestOf } from '../../../domain/protocol/schema.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../../../domain/record/record-batch-header.ts';
import type { ProducerIds } from '../../../ports/producer-ids.ts';
import type {
  ProducerAnswer,
  TransactionCoordinator,
} from '../../../ports/transaction-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { fencedErrorOf } from './fenced-error.ts';

export interface InitProducerIdDependencies {
  readonly producerIds: ProducerIds;
  readonly transactions: Pick<TransactionCoordinator, 'initProducer'>;
}

const FENCED_SINCE = 4;

export function initProducerIdHandler(dependencies: InitProducerIdDependencies): RequestHandler {
  return handler(InitProducerIdApi, async (request, { apiVersion }) => {
    const { error, producerId, producerEpoch } = await initProducer(request, dependencies);
    const errorCode = ERROR_CODES[fencedErrorOf(error, apiVersion >= FENCED_SINCE)].code;
    return { throttleTimeMs: 0, errorCode, producerId, producerEpoch };
  });
}

async function initProducer(
  request: RequestOf<typeof InitProducerIdApi>,
  { producerIds, transactions }: InitProducerIdDependencies,
): Promise<ProducerAnswer> {
  const { transactionalId, producerId, producerEpoch, transactionTimeoutMs: timeoutMs } = request;
  const isNew = producerId === NO_PRODUCER_ID;
  if (isNew !== (producerEpoch === NO_PRODUCER_EPOCH)) return refused('INVALID_REQUEST');
  if (transactionalId !== null) {
    const expected = isNew ? undefined : { producerId, producerEpoch };
    return transactions.initProducer({ transactionalId, timeoutMs, expected });
  }
  try {
    // The id an idempotent producer had is not asked for: it gets a new one, whatever happened to the old.
    return { error: 'NONE', producerId: await producerIds.next(), producerEpoch: 0 };
  } catch (error) {
    return refused(KafkaError.from(error).errorName);
  }
}

function refused(error: ErrorName): ProducerAnswer {
  return { error, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}
