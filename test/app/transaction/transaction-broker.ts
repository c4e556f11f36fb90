import { randomUUID } from 'node:crypto';
import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { addOffsetsToTxnHandler } from '../../../src/adapters/kafka/handlers/add-offsets-to-txn.ts';
import { addPartitionsToTxnHandler } from '../../../src/adapters/kafka/handlers/add-partitions-to-txn.ts';
import { describeTransactionsHandler } from '../../../src/adapters/kafka/handlers/describe-transactions.ts';
import { endTxnHandler } from '../../../src/adapters/kafka/handlers/end-txn.ts';
import { initProducerIdHandler } from '../../../src/adapters/kafka/handlers/init-producer-id.ts';
import { produceHandler } from '../../../src/adapters/kafka/handlers/produce.ts';
import { txnOffsetCommitHandler } from '../../../src/adapters/kafka/handlers/txn-offset-commit.ts';
import type { RequestHandler } from '../../../src/adapters/kafka/request-handler.ts';
import { LocalCatalog } from '../../../src/adapters/local-catalog/local-catalog.ts';
import { GroupCoordinatorService } from '../../../src/app/services/group/group-coordinator-service.ts';
import { LogManager } from '../../../src/app/services/log/log-manager.ts';
import type { UnifiedLog } from '../../../src/app/services/log/unified-log.ts';
import { PartitionFinder } from '../../../src/app/services/partition/partition-finder.ts';
import { ProduceService } from '../../../src/app/services/produce/produce-service.ts';
import { TransactionalProduce } from '../../../src/app/services/produce/transactional-produce.ts';
import { ProducerIdService } from '../../../src/app/services/producer-id/producer-id-service.ts';
import { CoordinatorTopicService } from '../../../src/app/services/topic/coordinator-topic-service.ts';
import { TopicAdminService } from '../../../src/app/services/topic/topic-admin-service.ts';
import { TransactionAdmission } from '../../../src/app/services/transaction/transaction-admission.ts';
import { TransactionCoordinatorService } from '../../../src/app/services/transaction/transaction-coordinator-service.ts';
import { TransactionMarkerService } from '../../../src/app/services/transaction/transaction-marker-service.ts';
import { TransactionalOffsetsService } from '../../../src/app/services/transaction/transactional-offsets-service.ts';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import { isClusterMetadataLog } from '../../../src/domain/topic/cluster-metadata.ts';
import type { LogStore } from '../../../src/ports/log-store.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { FakeTime } from '../coordinator/fake-coordinator-topic.ts';
import { askOverWire, groupHandlers } from '../group/group-broker.ts';

const checksum = new NativeChecksum();
const compression = new NodeCompression();
const random = {
  topicId: () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url'),
  uuid: randomUUID,
};

/** Producers, groups and transactions on the logs of a store, as in a broker; only the clock is moved by hand. */
export class TransactionBroker {
  readonly time = new FakeTime();
  readonly catalog: LocalCatalog;
  readonly logs: LogManager;
  readonly topics: TopicAdminService;
  readonly groups: GroupCoordinatorService;
  readonly transactions: TransactionCoordinatorService;
  private readonly handlers: readonly RequestHandler[];

  private constructor(store: LogStore, recovered: Awaited<ReturnType<LogStore['open']>>) {
    const { time: clock, time: timer } = this;
    const logger = silentLogger;
    this.catalog = new LocalCatalog({
      ...{ store, checksum, compression, clock, random },
      recovered: () => recovered.find(({ log }) => isClusterMetadataLog(log.id))?.log,
    });
    this.logs = new LogManager({ store, clock, timer, checksum, compression, logger });
    const { catalog, logs } = this;
    const brokerConfig = new BrokerConfig(
      new Map([
        ['offsets.topic.num.partitions', '2'],
        ['transaction.state.log.num.partitions', '2'],
      ]),
    );
    this.topics = new TopicAdminService({
      ...{ catalog, logs, brokerConfig, random, logger },
      brokers: () => [1],
    });
    const topicOf = (name: '__consumer_offsets' | '__transaction_state') =>
      new CoordinatorTopicService({ name, catalog, topics: this.topics, logs });
    const tools = { clock, timer, random, logger, checksum, compression };
    this.groups = new GroupCoordinatorService({
      ...tools,
      topic: topicOf('__consumer_offsets'),
      catalog,
    });
    const partitions = new PartitionFinder(catalog, logs, () => 1);
    const { groups } = this;
    const producerIds = new ProducerIdService({ catalog, nodeId: 1 });
    this.transactions = new TransactionCoordinatorService({
      ...tools,
      topic: topicOf('__transaction_state'),
      producerIds,
      markers: new TransactionMarkerService({ partitions, groups, clock, checksum }),
      partitionExists: ({ topic, partition }) => partitions.exists(topic, partition),
    });
    const { transactions } = this;
    const admission = new TransactionAdmission({
      ...{ transactions, clock, timer, retryBackoffMs: 20, retryMaxMs: 100 },
      isVerificationEnabled: () => true,
    });
    const transactionalOffsets = new TransactionalOffsetsService({ admission, groups });
    const produce = new ProduceService(
      partitions,
      logger,
      new TransactionalProduce(partitions, admission),
    );
    const identity = () => ({ nodeId: 1, host: 'localhost', port: 9092, clusterId: 'c' });
    this.handlers = [
      ...groupHandlers(groups),
      produceHandler({ produce, identity }),
      initProducerIdHandler({ producerIds, transactions }),
      addPartitionsToTxnHandler({
        transactions,
        partitionExists: ({ topic, partition }) => partitions.exists(topic, partition),
      }),
      addOffsetsToTxnHandler({ transactionalOffsets }),
      txnOffsetCommitHandler({ transactionalOffsets }),
      endTxnHandler({ transactions }),
      describeTransactionsHandler({ transactions }),
    ];
  }

  static async open(store: LogStore): Promise<TransactionBroker> {
    const recovered = await store.open();
    const broker = new TransactionBroker(store, recovered);
    await broker.catalog.open();
    await broker.logs.open(recovered);
    await broker.topics.open();
    await broker.groups.open();
    await broker.transactions.open();
    return broker;
  }

  async createTopic(name: string, partitions: number): Promise<void> {
    const topic = { name, partitions, replicationFactor: 1, assignments: [], configs: [] };
    await this.topics.createTopics([topic], { validateOnly: false });
  }

  log(topic: string, partition: number): UnifiedLog {
    const id = this.catalog.metadata.topicsByName.get(topic)?.id ?? '';
    return this.logs.get(id, partition) as UnifiedLog;
  }

  // biome-ignore lint/suspicious/noExplicitAny: one helper for every API's messages.
  ask(name: string, version: number, request: object): Promise<any> {
    return askOverWire(this.handlers, name, version, request);
  }
}
