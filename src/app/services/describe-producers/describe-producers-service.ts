import type { DescribeProducers } from '../../../ports/describe-producers.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';

/** Kafka's ReplicaManager.activeProducerState. */
export class DescribeProducersService implements DescribeProducers {
  readonly #finder: PartitionFinder;

  constructor(finder: PartitionFinder) {
    this.#finder = finder;
  }

  describe(topic: string, partition: number): ReturnType<DescribeProducers['describe']> {
    const found = this.#finder.topicByName(topic);
    const log = this.#finder.log(found, partition);
    if (typeof log !== 'string') {
      return { error: 'NONE', errorMessage: null, producers: log.activeProducers() };
    }
    // Kafka has words for a topic that is not there, and none for a partition.
    const errorMessage = found === undefined ? `there is no topic ${topic}` : null;
    return { error: log, errorMessage, producers: [] };
  }
}
