import { ContainerModule } from 'inversify';
import { systemScramHash } from '../../adapters/node/system-scram-hash.ts';
import { systemTokenMac } from '../../adapters/node/system-token-mac.ts';
import { groupConfigOf, groupTimingsOf } from '../../domain/config/group-config-of.ts';
import { streamsGroupOptionsOf } from '../../domain/config/streams-group-options-of.ts';
import { COMPRESSION_TYPES } from '../../domain/record/compression.ts';
import { configsOf } from '../../domain/topic/cluster-metadata.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../../domain/topic/internal-topics.ts';
import { ConfigAdminService } from '../services/config/config-admin-service.ts';
import { ConfigPropagation } from '../services/config/config-propagation.ts';
import { DelegationTokenService } from '../services/delegation-token/delegation-token-service.ts';
import { DeleteRecordsService } from '../services/delete-records/delete-records-service.ts';
import { DescribeProducersService } from '../services/describe-producers/describe-producers-service.ts';
import { FeatureAdminService } from '../services/feature/feature-admin-service.ts';
import { FetchService } from '../services/fetch/fetch-service.ts';
import { FetchSessionCache } from '../services/fetch/fetch-session-cache.ts';
import { PartitionReader } from '../services/fetch/partition-reader.ts';
import { GroupCoordinatorService } from '../services/group/group-coordinator-service.ts';
import { ListOffsetsService } from '../services/list-offsets/list-offsets-service.ts';
import { LogDirsService } from '../services/log-dirs/log-dirs-service.ts';
import { OffsetForLeaderEpochService } from '../services/offset-for-leader-epoch/offset-for-leader-epoch-service.ts';
import { PartitionFinder } from '../services/partition/partition-finder.ts';
import { ProduceService } from '../services/produce/produce-service.ts';
import { ProducerIdService } from '../services/producer-id/producer-id-service.ts';
import { ClientQuotaAdminService } from '../services/quota/client-quota-admin-service.ts';
import { ClientThrottleService } from '../services/quota/client-throttle-service.ts';
import { ReplicaAdminService } from '../services/replica/replica-admin-service.ts';
import { ScramCredentialService } from '../services/scram-credential/scram-credential-service.ts';
import { ClientTelemetryService } from '../services/telemetry/client-telemetry-service.ts';
import { telemetryTopic } from '../services/telemetry/telemetry-topic.ts';
import { CoordinatorTopicService } from '../services/topic/coordinator-topic-service.ts';
import { TopicAdminService } from '../services/topic/topic-admin-service.ts';
import { dataDirectoryOf } from './log-store-of.ts';
import { TOKENS } from './tokens.ts';

const T = TOKENS;

/** Topics, configs and producer ids: what the catalog holds, and what follows from it. */
export const administrationModule = new ContainerModule(({ bind }) => {
  bind(T.topics).toResolvedValue(
    (catalog, logs, brokerConfig, random, logger, nodeId) =>
      new TopicAdminService({
        ...{ catalog, logs, brokerConfig, random },
        logger: logger.child({ component: 'topics' }),
        brokers: () => [nodeId],
      }),
    [T.catalog, T.logs, T.brokerConfig, T.random, T.logger, T.nodeId],
  );
  bind(T.configs).toResolvedValue(
    (catalog, brokerConfig, nodeId) => new ConfigAdminService({ catalog, brokerConfig, nodeId }),
    [T.catalog, T.brokerConfig, T.nodeId],
  );
  bind(T.configPropagation).toResolvedValue(
    (catalog, brokerConfig, logs, nodeId, logger) =>
      new ConfigPropagation({ catalog, brokerConfig, logs, nodeId, logger }),
    [T.catalog, T.brokerConfig, T.logs, T.nodeId, T.logger],
  );
  bind(T.producerIds).toResolvedValue(
    (catalog, nodeId) => new ProducerIdService({ catalog, nodeId }),
    [T.catalog, T.nodeId],
  );
  bind(T.logDirs).toResolvedValue(
    (catalog, logs, store, brokerConfig) =>
      new LogDirsService({ catalog, logs, store, path: dataDirectoryOf(brokerConfig) }),
    [T.catalog, T.logs, T.store, T.brokerConfig],
  );
  bind(T.replicas).toResolvedValue(
    (catalog, nodeId, brokerConfig) =>
      new ReplicaAdminService({
        ...{ catalog, brokers: () => [nodeId], path: dataDirectoryOf(brokerConfig) },
      }),
    [T.catalog, T.nodeId, T.brokerConfig],
  );
  bind(T.features).toResolvedValue((catalog) => new FeatureAdminService(catalog), [T.catalog]);
  bind(T.clientQuotas).toResolvedValue(
    (catalog) => new ClientQuotaAdminService(catalog),
    [T.catalog],
  );
  bind(T.scramCredentials).toResolvedValue(
    (catalog) => new ScramCredentialService({ catalog, hash: systemScramHash }),
    [T.catalog],
  );
  bind(T.delegationTokens).toResolvedValue(
    (catalog, clock, timer, random, logger, config) =>
      new DelegationTokenService({
        ...{ catalog, clock, timer, random, logger, mac: systemTokenMac },
        limits: {
          maxLifetimeMs: BigInt(config.get('delegation.token.max.lifetime.ms')),
          expiryTimeMs: BigInt(config.get('delegation.token.expiry.time.ms')),
        },
        secretKey: config.get('delegation.token.secret.key'),
        expiryCheckIntervalMs: config.get('delegation.token.expiry.check.interval.ms'),
      }),
    [T.catalog, T.clock, T.timer, T.random, T.logger, T.brokerConfig],
  );
  bind(T.clientTelemetry).toResolvedValue(
    (catalog, topics, produce, config, clock, random, checksum, compression, logger) => {
      const topic = config.get('telemetry.topic');
      if (topic === '') return undefined;
      return new ClientTelemetryService({
        ...{ catalog, clock, random, checksum, compression, logger },
        telemetryMaxBytes: config.get('telemetry.max.bytes'),
        store: telemetryTopic({ topic, topics, produce, clock, checksum, compression }),
      });
    },
    [
      ...([T.catalog, T.topics, T.produce, T.brokerConfig, T.clock, T.random] as const),
      ...([T.checksum, T.compression, T.logger] as const),
    ],
  );
  bind(T.clientThrottle).toResolvedValue(
    (catalog, clock, config) =>
      new ClientThrottleService({
        ...{ catalog, clock },
        window: {
          samples: config.get('quota.window.num'),
          sampleMs: config.get('quota.window.size.seconds') * 1000,
        },
        mutationWindow: {
          samples: config.get('controller.quota.window.num'),
          sampleMs: config.get('controller.quota.window.size.seconds') * 1000,
        },
      }),
    [T.catalog, T.clock, T.brokerConfig],
  );
});

/** The way of records: from the listener to the logs and back. */
export const dataPathModule = new ContainerModule(({ bind }) => {
  bind(T.partitions).toResolvedValue(
    (catalog, logs, nodeId) => new PartitionFinder(catalog, logs, () => nodeId),
    [T.catalog, T.logs, T.nodeId],
  );
  bind(T.produce).toResolvedValue(
    (partitions, logger, transactions) =>
      new ProduceService(partitions, logger.child({ component: 'produce' }), transactions),
    [T.partitions, T.logger, T.transactionalProduce],
  );
  bind(T.fetch).toResolvedValue(
    (partitions, clock, timer, logger, config) =>
      new FetchService({
        reader: new PartitionReader(partitions, logger.child({ component: 'fetch' })),
        sessions: new FetchSessionCache({
          clock,
          slots: config.get('max.incremental.fetch.session.cache.slots'),
        }),
        timer,
        maxBytes: () => config.get('fetch.max.bytes'),
      }),
    [T.partitions, T.clock, T.timer, T.logger, T.brokerConfig],
  );
  bind(T.listOffsets).toResolvedValue(
    (partitions, logger) => new ListOffsetsService(partitions, logger),
    [T.partitions, T.logger],
  );
  bind(T.describeProducers).toResolvedValue(
    (partitions) => new DescribeProducersService(partitions),
    [T.partitions],
  );
  bind(T.deleteRecords).toResolvedValue(
    (partitions, history, logger) => new DeleteRecordsService(partitions, history, logger),
    [T.partitions, T.topicHistory, T.logger],
  );
  bind(T.offsetForLeaderEpoch).toResolvedValue(
    (partitions) => new OffsetForLeaderEpochService(partitions),
    [T.partitions],
  );
});

/** State machines over internal topics. */
export const coordinatorsModule = new ContainerModule(({ bind }) => {
  bind(T.groups).toResolvedValue(
    (catalog, topics, logs, clock, timer, random, logger, checksum, compression, config) =>
      new GroupCoordinatorService({
        topic: new CoordinatorTopicService({ name: CONSUMER_OFFSETS_TOPIC, catalog, topics, logs }),
        ...{ catalog, clock, timer, random, checksum, compression },
        logger: logger.child({ component: 'groups' }),
        config: groupConfigOf(config),
        compressionType: COMPRESSION_TYPES[config.get('offsets.topic.compression.codec')] ?? 'none',
        timings: (protocol, groupId) =>
          groupTimingsOf(config, configsOf(catalog.metadata, 'group', groupId), protocol),
        streamsOptions: (groupId) =>
          streamsGroupOptionsOf(configsOf(catalog.metadata, 'group', groupId), config),
      }),
    [
      ...([T.catalog, T.topics, T.logs, T.clock, T.timer, T.random] as const),
      ...([T.logger, T.checksum, T.compression, T.brokerConfig] as const),
    ],
  );
});
