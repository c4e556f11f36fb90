import { ContainerModule } from 'inversify';
import { streamsGroupOptionsOf } from '../../domain/config/streams-group-options-of.ts';
import { levelOf } from '../../domain/feature/features.ts';
import { configsOf } from '../../domain/topic/cluster-metadata.ts';
import { InternalTopicCreation } from '../services/streams-group/internal-topic-creation.ts';
import { StreamsGroupService } from '../services/streams-group/streams-group-service.ts';
import { TOKENS } from './tokens.ts';

const T = TOKENS;

/** Streams groups (KIP-1071): their members, and the internal topics these need. */
export const streamsGroupModule = new ContainerModule(({ bind }) => {
  bind(T.streamsGroups).toResolvedValue(
    (catalog, groups, topics, clock, logger, config) => {
      const protocols = config.get('group.coordinator.rebalance.protocols');
      return new StreamsGroupService({
        shards: groups.shards,
        creation: new InternalTopicCreation({
          ...{ topics, clock },
          logger: logger.child({ component: 'groups' }),
        }),
        optionsOf: (groupId) =>
          streamsGroupOptionsOf(configsOf(catalog.metadata, 'group', groupId), config),
        isServed: () =>
          protocols.includes('streams') &&
          levelOf(catalog.metadata.featureLevels, 'streams.version') > 0,
      });
    },
    [T.catalog, T.groups, T.topics, T.clock, T.logger, T.brokerConfig],
  );
});
