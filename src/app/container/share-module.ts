import { ContainerModule } from 'inversify';
import { shareCoordinatorConfigOf } from '../../domain/config/share-coordinator-config-of.ts';
import { SHARE_GROUP_STATE_TOPIC } from '../../domain/topic/internal-topics.ts';
import { ShareCoordinatorService } from '../services/share/share-coordinator-service.ts';
import { CoordinatorTopicService } from '../services/topic/coordinator-topic-service.ts';
import { TOKENS } from './tokens.ts';

const T = TOKENS;

/** Share groups (KIP-932): where their states are kept. */
export const shareModule = new ContainerModule(({ bind }) => {
  bind(T.shareCoordinator).toResolvedValue(
    (catalog, topics, logs, clock, timer, random, logger, checksum, compression, config) =>
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
          catalog.metadata.topicsById.get(topicId)?.partitions[partition] !== undefined,
      }),
    [
      ...([T.catalog, T.topics, T.logs, T.clock, T.timer, T.random] as const),
      ...([T.logger, T.checksum, T.compression, T.brokerConfig] as const),
    ],
  );
});
