import { KafkaError } from '../../domain/kafka-error.ts';
import { InitProducerIdApi } from '../../domain/protocol/messages/init-producer-id.ts';
import { checkAnswer } from './answer-error.ts';
import type { ClusterClient } from './cluster-client.ts';

/** Whose batches a broker tells apart by their numbers (KIP-98). */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export const NOT_IDEMPOTENT: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };

/** Without a transactional id the timeout means nothing, but brokers want one that is not too small. */
const REQUEST = { transactionalId: null, transactionTimeoutMs: 0x7fffffff };

/** Errors of a cluster that gives no ids, to anybody or to us: it takes batches without numbers. */
const NOT_OFFERED: ReadonlySet<string> = new Set([
  'UNSUPPORTED_VERSION',
  'CLUSTER_AUTHORIZATION_FAILED',
]);

export async function askForProducerIdentity(cluster: ClusterClient): Promise<ProducerIdentity> {
  try {
    return await cluster.retrying(async () => {
      const answer = await cluster.send('any', InitProducerIdApi, REQUEST);
      checkAnswer(answer.errorCode, 'cannot get a producer id');
      return answer;
    });
  } catch (error) {
    if (error instanceof KafkaError && NOT_OFFERED.has(error.errorName)) return NOT_IDEMPOTENT;
    throw error;
  }
}
