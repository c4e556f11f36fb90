import type { ServiceIdentifier } from 'inversify';
import type { HandlerRegistry } from '../../adapters/kafka/handler-registry.ts';
import type { RequestHandler } from '../../adapters/kafka/request-handler.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { BrokerIdentity } from '../../ports/broker-identity.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { ClientQuotaAdmin } from '../../ports/client-quota-admin.ts';
import type { ClientTelemetry } from '../../ports/client-telemetry.ts';
import type { ClientThrottle } from '../../ports/client-throttle.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Compression } from '../../ports/compression.ts';
import type { ConfigAdmin } from '../../ports/config-admin.ts';
import type { CoordinatorTopic } from '../../ports/coordinator-topic.ts';
import type { DeleteRecords } from '../../ports/delete-records.ts';
import type { DescribeProducers } from '../../ports/describe-producers.ts';
import type { FeatureAdmin } from '../../ports/feature-admin.ts';
import type { Fetch } from '../../ports/fetch.ts';
import type { ListOffsets } from '../../ports/list-offsets.ts';
import type { LogDirs } from '../../ports/log-dirs.ts';
import type { LogStore } from '../../ports/log-store.ts';
import type { Logger } from '../../ports/logger.ts';
import type { OffsetForLeaderEpoch } from '../../ports/offset-for-leader-epoch.ts';
import type { Produce } from '../../ports/produce.ts';
import type { ProducerIds } from '../../ports/producer-ids.ts';
import type { Random } from '../../ports/random.ts';
import type { ReplicaAdmin } from '../../ports/replica-admin.ts';
import type { ScramCredentialAdmin } from '../../ports/scram-credential-admin.ts';
import type { StreamingSqlEngine } from '../../ports/stream-engine.ts';
import type { TopicSource } from '../../ports/topic-source.ts';
import type { TransactionalOffsets } from '../../ports/transaction-coordinator.ts';
import type { TransactionMarkers } from '../../ports/transaction-markers.ts';
import type { ConfigPropagation } from '../services/config/config-propagation.ts';
import type { DelegationTokenService } from '../services/delegation-token/delegation-token-service.ts';
import type { GroupCoordinatorService } from '../services/group/group-coordinator-service.ts';
import type { LogCleaner } from '../services/log/cleaner/log-cleaner.ts';
import type { LogManager } from '../services/log/log-manager.ts';
import type { PartitionFinder } from '../services/partition/partition-finder.ts';
import type { TransactionalProduce } from '../services/produce/transactional-produce.ts';
import type { DeadLetterQueue } from '../services/share/dead-letter-queue.ts';
import type { ShareConsumeService } from '../services/share/share-consume-service.ts';
import type { ShareCoordinatorService } from '../services/share/share-coordinator-service.ts';
import type { ShareGroupService } from '../services/share/share-group-service.ts';
import type { SharePartitions } from '../services/share/share-partitions.ts';
import type { HistoryPolicy } from '../services/sql/history-policy.ts';
import type { HistoryService } from '../services/sql/history-service.ts';
import type { LazyEngine } from '../services/sql/lazy-engine.ts';
import type { SqlService } from '../services/sql/sql-service.ts';
import type { SourceTopics } from '../services/sql/streams/source-topics.ts';
import type { StreamRegistry } from '../services/sql/streams/stream-registry.ts';
import type { StreamService } from '../services/sql/streams/stream-service.ts';
import type { StreamsGroupService } from '../services/streams-group/streams-group-service.ts';
import type { TopicAdminService } from '../services/topic/topic-admin-service.ts';
import type { TransactionAdmission } from '../services/transaction/transaction-admission.ts';
import type { TransactionCoordinatorService } from '../services/transaction/transaction-coordinator-service.ts';
import type { OpenedStore } from './opened-store.ts';

/** How clients of a listener are told to reach this broker. */
export type IdentityOf = (listenerName: string) => BrokerIdentity;

/** Identifiers with the type that is bound to them, so that the compiler checks what a factory is given. */
function token<T>(name: string): ServiceIdentifier<T> {
  return Symbol(name) as ServiceIdentifier<T>;
}

export const TOKENS = {
  brokerConfig: token<BrokerConfig>('BrokerConfig'),
  logger: token<Logger>('Logger'),
  clock: token<Clock>('Clock'),
  timer: token<Timer>('Timer'),
  random: token<Random>('Random'),
  checksum: token<Checksum>('Checksum'),
  compression: token<Compression>('Compression'),
  identity: token<IdentityOf>('IdentityOf'),
  nodeId: token<number>('NodeId'),

  store: token<LogStore>('LogStore'),
  openedStore: token<OpenedStore>('OpenedStore'),
  catalog: token<Catalog>('Catalog'),
  logs: token<LogManager>('LogManager'),
  logCleaner: token<LogCleaner>('LogCleaner'),

  partitions: token<PartitionFinder>('PartitionFinder'),
  topics: token<TopicAdminService>('TopicAdmin'),
  configs: token<ConfigAdmin>('ConfigAdmin'),
  configPropagation: token<ConfigPropagation>('ConfigPropagation'),
  produce: token<Produce>('Produce'),
  fetch: token<Fetch>('Fetch'),
  listOffsets: token<ListOffsets>('ListOffsets'),
  describeProducers: token<DescribeProducers>('DescribeProducers'),
  deleteRecords: token<DeleteRecords>('DeleteRecords'),
  offsetForLeaderEpoch: token<OffsetForLeaderEpoch>('OffsetForLeaderEpoch'),
  producerIds: token<ProducerIds>('ProducerIds'),
  logDirs: token<LogDirs>('LogDirs'),
  replicas: token<ReplicaAdmin>('ReplicaAdmin'),
  features: token<FeatureAdmin>('FeatureAdmin'),
  delegationTokens: token<DelegationTokenService>('DelegationTokens'),
  scramCredentials: token<ScramCredentialAdmin>('ScramCredentialAdmin'),
  clientQuotas: token<ClientQuotaAdmin>('ClientQuotaAdmin'),
  /** Undefined where nobody keeps the metrics of clients. */
  clientTelemetry: token<ClientTelemetry | undefined>('ClientTelemetry'),
  clientThrottle: token<ClientThrottle>('ClientThrottle'),
  groups: token<GroupCoordinatorService>('GroupCoordinator'),
  transactionTopic: token<CoordinatorTopic>('TransactionTopic'),
  transactions: token<TransactionCoordinatorService>('TransactionCoordinator'),
  transactionMarkers: token<TransactionMarkers>('TransactionMarkers'),
  transactionAdmission: token<TransactionAdmission>('TransactionAdmission'),
  transactionalProduce: token<TransactionalProduce>('TransactionalProduce'),
  transactionalOffsets: token<TransactionalOffsets>('TransactionalOffsets'),

  shareCoordinator: token<ShareCoordinatorService>('ShareCoordinator'),
  deadLetterQueue: token<DeadLetterQueue>('DeadLetterQueue'),
  sharePartitions: token<SharePartitions>('SharePartitions'),
  shareConsume: token<ShareConsumeService>('ShareConsume'),
  shareGroups: token<ShareGroupService>('ShareGroups'),
  streamsGroups: token<StreamsGroupService>('StreamsGroups'),

  topicSource: token<TopicSource>('TopicSource'),
  topicHistory: token<HistoryService>('TopicHistory'),
  historyPolicy: token<HistoryPolicy>('HistoryPolicy'),
  sqlEngine: token<LazyEngine<StreamingSqlEngine>>('SqlEngine'),
  streamSources: token<SourceTopics>('StreamSources'),
  streamRegistry: token<StreamRegistry>('StreamRegistry'),
  streams: token<StreamService>('Streams'),
  sql: token<SqlService>('Sql'),

  dataHandlers: token<readonly RequestHandler[]>('DataHandlers'),
  administrationHandlers: token<readonly RequestHandler[]>('AdministrationHandlers'),
  telemetryHandlers: token<readonly RequestHandler[]>('TelemetryHandlers'),
  clusterHandlers: token<readonly RequestHandler[]>('ClusterHandlers'),
  securityHandlers: token<readonly RequestHandler[]>('SecurityHandlers'),
  transactionHandlers: token<readonly RequestHandler[]>('TransactionHandlers'),
  groupHandlers: token<readonly RequestHandler[]>('GroupHandlers'),
  shareHandlers: token<readonly RequestHandler[]>('ShareHandlers'),
  registry: token<HandlerRegistry>('HandlerRegistry'),
} as const;
