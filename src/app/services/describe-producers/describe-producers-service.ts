import type { DescribeProducers } from '../../../ports/describe-producers.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';

/** Kafka's ReplicaManager.activeProducerState. */
export class DescribeProducersService implements DescribeProducers {
  readonly #finder: PartitionFinder;

  constructor(finder: PartitionFinder) {
    this.#finder = finder;
  }

  describe(topic: string, partition: number): ReturnType<DescribeProducers['describe']> {
    const log = this.#finder.log(this.#finder.topicByName(topic), partition);
    if (typeof log === 'string') return { error: log, producers: [] };
    return { error: 'NONE', producers: log.activeProducers() };
  }
}
