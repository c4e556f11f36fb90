import { ContainerModule } from 'inversify';
import { transactionConfigOf } from '../../domain/config/transaction-config-of.ts';
import { TRANSACTION_STATE_TOPIC } from '../../domain/topic/internal-topics.ts';
import { TransactionalProduce } from '../services/produce/transactional-produce.ts';
import { CoordinatorTopicService } from '../services/topic/coordinator-topic-service.ts';
import { TransactionAdmission } from '../services/transaction/transaction-admission.ts';
import { TransactionCoordinatorService } from '../services/transaction/transaction-coordinator-service.ts';
import { TransactionMarkerService } from '../services/transaction/transaction-marker-service.ts';
import { TransactionalOffsetsService } from '../services/transaction/transactional-offsets-service.ts';
import { TOKENS } from './tokens.ts';

const T = TOKENS;

/** The transaction coordinator, and what asks it. */
export const transactionsModule = new ContainerModule(({ bind }) => {
  bind(T.transactionMarkers).toResolvedValue(
    (partitions, groups, clock, checksum) =>
      new TransactionMarkerService({ partitions, groups, clock, checksum }),
    [T.partitions, T.groups, T.clock, T.checksum],
  );
  bind(T.transactionTopic).toResolvedValue(
    (catalog, topics, logs) =>
      new CoordinatorTopicService({ name: TRANSACTION_STATE_TOPIC, catalog, topics, logs }),
    [T.catalog, T.topics, T.logs],
  );
  bind(T.transactions).toResolvedValue(
    (topic, partitions, markers, producerIds, clock, timer, random, logger, ...rest) => {
      const [checksum, compression, config] = rest;
      return new TransactionCoordinatorService({
        ...{ topic, markers, producerIds, clock, timer, random, checksum, compression },
        logger: logger.child({ component: 'transactions' }),
        partitionExists: (at) => partitions.exists(at.topic, at.partition),
        config: transactionConfigOf(config),
      });
    },
    [
      ...([T.transactionTopic, T.partitions, T.transactionMarkers, T.producerIds] as const),
      ...([T.clock, T.timer, T.random, T.logger, T.checksum, T.compression] as const),
      ...([T.brokerConfig] as const),
    ],
  );
  bind(T.transactionAdmission).toResolvedValue(
    (transactions, clock, timer, config) =>
      new TransactionAdmission({
        ...{ transactions, clock, timer },
        retryBackoffMs: config.get('add.partitions.to.txn.retry.backoff.ms'),
        retryMaxMs: config.get('add.partitions.to.txn.retry.backoff.max.ms'),
        isVerificationEnabled: () => config.get('transaction.partition.verification.enable'),
      }),
    [T.transactions, T.clock, T.timer, T.brokerConfig],
  );
  bind(T.transactionalProduce).toResolvedValue(
    (partitions, admission) => new TransactionalProduce(partitions, admission),
    [T.partitions, T.transactionAdmission],
  );
  bind(T.transactionalOffsets).toResolvedValue(
    (admission, groups) => new TransactionalOffsetsService({ admission, groups }),
    [T.transactionAdmission, T.groups],
  );
});
