import type { CoordinatorContext } from '../coordinator/coordinator-shard.ts';
import type { ClusterMetadata } from '../topic/cluster-metadata.ts';
import type {
  GroupConfig,
  GroupTimings,
  ModernProtocol,
  StreamsGroupOptions,
} from './group-config.ts';

/** What a shard of groups works with. */
export interface GroupEnvironment {
  readonly context: CoordinatorContext;
  readonly config: GroupConfig;
  /** The newest state of the cluster's topics. */
  image(): GroupMetadata;
  /** What is set for the group by now; it may change between two heartbeats. */
  timings(protocol: ModernProtocol, groupId: string): GroupTimings;
  /** The same for a streams group, which has more settings. */
  streamsOptions(groupId: string): StreamsGroupOptions;
}

export type GroupMetadata = Pick<ClusterMetadata, 'version' | 'topicsByName' | 'topicsById'>;
