import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../../../domain/topic/internal-topics.ts';
import { verificationError } from '../../../domain/transaction/transaction-support.ts';
import type { GroupCoordinator, PartitionErrors } from '../../../ports/group-coordinator.ts';
import type {
  CommitTransactionalOffsets,
  TransactionalOffsets,
  TransactionalProducer,
} from '../../../ports/transaction-coordinator.ts';
import type { TransactionPartition } from '../../../ports/transaction-markers.ts';
import type { TransactionAdmission } from './transaction-admission.ts';

export interface TransactionalOffsetsOptions {
  readonly admission: TransactionAdmission;
  readonly groups: Pick<GroupCoordinator, 'commitOffsets'> & {
    partitionOf(groupId: string): Promise<number>;
  };
}

/** Offsets in transactions: who asks must have the group's partition in its transaction, or gets it there. */
export class TransactionalOffsetsService implements TransactionalOffsets {
  readonly #admission: TransactionAdmission;
  readonly #groups: TransactionalOffsetsOptions['groups'];

  constructor({ admission, groups }: TransactionalOffsetsOptions) {
    this.#admission = admission;
    this.#groups = groups;
  }

  async addGroup(producer: TransactionalProducer, groupId: string): Promise<ErrorName> {
    try {
      const { transactionalId, producerId, producerEpoch } = producer;
      return await this.#admission.transactions.addPartitions({
        ...{ transactionalId, producerId, producerEpoch },
        partitions: [await this.#partitionOf(groupId)],
        clientTransactionVersion: 0,
      });
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }

  async commit({
    producer,
    support,
    offsets,
  }: CommitTransactionalOffsets): Promise<PartitionErrors> {
    const error = await this.#admit(producer, support, offsets.groupId);
    if (error !== 'NONE') return allRefused(offsets, error);
    const { producerId, producerEpoch } = producer;
    return this.#groups.commitOffsets({ ...offsets, producer: { producerId, producerEpoch } });
  }

  async #admit(
    producer: TransactionalProducer,
    support: CommitTransactionalOffsets['support'],
    groupId: string,
  ): Promise<ErrorName> {
    if (groupId === '') return 'INVALID_GROUP_ID';
    try {
      const partition = await this.#partitionOf(groupId);
      return verificationError(await this.#admission.admit(producer, partition, support), support);
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }

  async #partitionOf(groupId: string): Promise<TransactionPartition> {
    return { topic: CONSUMER_OFFSETS_TOPIC, partition: await this.#groups.partitionOf(groupId) };
  }
}

function allRefused(
  { topics }: CommitTransactionalOffsets['offsets'],
  error: ErrorName,
): PartitionErrors {
  return topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partition }) => ({ partition, error })),
  }));
}
