import { ContainerModule } from 'inversify';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import { shareCoordinatorConfigOf } from '../../domain/config/share-coordinator-config-of.ts';
import { shareGroupOptionsOf } from '../../domain/config/share-group-options-of.ts';
import type { ShareGroupOptions } from '../../domain/share/share-group-options.ts';
import { configsOf } from '../../domain/topic/cluster-metadata.ts';
import { SHARE_GROUP_STATE_TOPIC } from '../../domain/topic/internal-topics.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { DeadLetterQueue } from '../services/share/dead-letter-queue.ts';
import { ShareConsumeService } from '../services/share/share-consume-service.ts';
import { ShareCoordinatorService } from '../services/share/share-coordinator-service.ts';
import { ShareGroupService } from '../services/share/share-group-service.ts';
import { SharePartitions } from '../services/share/share-partitions.ts';
import { CoordinatorTopicService } from '../services/topic/coordinator-topic-service.ts';
import { TOKENS } from './tokens.ts';

const T = TOKENS;

/** Share groups (KIP-932): their members, what these read, and where that is kept. */
export const shareModule = new ContainerModule(({ bind }) => {
  bind(T.shareCoordinator).toResolvedValue(
    (
      catalog,
      topics,
      logs,
      partitions,
      clock,
      timer,
      random,
      logger,
      checksum,
      compression,
      config,
    ) =>
      new ShareCoordinatorService({
        topic: new CoordinatorTopicService({
          name: SHARE_GROUP_STATE_TOPIC,
          ...{ catalog, topics, logs },
        }),
        ...{ clock, timer, random, checksum, compression },
        logger: logger.child({ component: 'share' }),
        config: shareCoordinatorConfigOf(config),
        pruneIntervalMs: config.get('share.coordinator.state.topic.prune.interval.ms'),
        partitionExists: (topicId, partition) =>
          partitions.topicById(topicId)?.partitions[partition] !== undefined,
      }),
    [
      ...([T.catalog, T.topics, T.logs, T.partitions, T.clock, T.timer] as const),
      ...([T.random, T.logger, T.checksum, T.compression, T.brokerConfig] as const),
    ],
  );
  bind(T.deadLetterQueue).toResolvedValue(
    (
      catalog,
      partitions,
      topics,
      produce,
      brokerConfig,
      clock,
      timer,
      checksum,
      compression,
      logger,
    ) =>
      new DeadLetterQueue({
        ...{ partitions, topics, produce, brokerConfig, clock, timer, checksum, compression },
        logger: logger.child({ component: 'share' }),
        optionsOf: optionsOf(catalog, brokerConfig),
      }),
    [
      ...([T.catalog, T.partitions, T.topics, T.produce, T.brokerConfig] as const),
      ...([T.clock, T.timer, T.checksum, T.compression, T.logger] as const),
    ],
  );
  bind(T.sharePartitions).toResolvedValue(
    (catalog, partitions, persister, deadLetters, clock, timer, config) =>
      new SharePartitions({
        ...{ partitions, persister, deadLetters, clock, timer },
        optionsOf: optionsOf(catalog, config),
      }),
    [
      ...([T.catalog, T.partitions, T.shareCoordinator, T.deadLetterQueue] as const),
      ...([T.clock, T.timer, T.brokerConfig] as const),
    ],
  );
  bind(T.shareConsume).toResolvedValue(
    (catalog, partitions, live, clock, timer, config) =>
      new ShareConsumeService({
        ...{ partitions, live, clock, timer },
        optionsOf: optionsOf(catalog, config),
        maxSessions: config.get('group.share.max.share.sessions'),
        maxBytes: () => config.get('fetch.max.bytes'),
      }),
    [T.catalog, T.partitions, T.sharePartitions, T.clock, T.timer, T.brokerConfig],
  );
  bind(T.shareGroups).toResolvedValue(
    (groups, persister, partitions) =>
      new ShareGroupService({ groups, shards: groups.shards, persister, partitions }),
    [T.groups, T.shareCoordinator, T.partitions],
  );
});

function optionsOf(catalog: Catalog, config: BrokerConfig): (groupId: string) => ShareGroupOptions {
  return (groupId) => shareGroupOptionsOf(configsOf(catalog.metadata, 'group', groupId), config);
}
