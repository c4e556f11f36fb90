import type { CoordinatorContext } from '../coordinator/coordinator-shard.ts';
import type { GroupConfig } from './group-config.ts';
import type { TopicsImage } from './modern/topics-image.ts';

/** What a shard of groups works with. */
export interface GroupEnvironment {
  readonly context: CoordinatorContext;
  readonly config: GroupConfig;
  /** The newest state of the cluster's topics. */
  image(): TopicsImage;
}
