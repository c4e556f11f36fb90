import type {
  LeaderEpochEnd,
  LeaderEpochQuery,
  OffsetForLeaderEpoch,
} from '../../../ports/offset-for-leader-epoch.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';

/** Kafka's ReplicaManager.lastOffsetForLeaderEpoch. */
export class OffsetForLeaderEpochService implements OffsetForLeaderEpoch {
  readonly #finder: PartitionFinder;

  constructor(finder: PartitionFinder) {
    this.#finder = finder;
  }

  endOffsetForEpoch(query: LeaderEpochQuery): LeaderEpochEnd {
    const { partition, currentLeaderEpoch, leaderEpoch } = query;
    const topic = this.#finder.topicByName(query.topic);
    const log = this.#finder.logAtEpoch(topic, partition, currentLeaderEpoch);
    if (typeof log === 'string') return { error: log, leaderEpoch: -1, endOffset: -1n };
    return { error: 'NONE', ...log.endOffsetForEpoch(leaderEpoch) };
  }
}
