import type { ErrorName } from '../../../domain/error-code.ts';
import type { ShareGroupOptions } from '../../../domain/share/share-group-options.ts';
import {
  type SharePartitionKey,
  sharePartitionName,
} from '../../../domain/share-coordinator/share-partition-key.ts';
import type { TopicId } from '../../../domain/topic-partition.ts';
import type { Clock, Timer } from '../../../ports/clock.ts';
import type { ShareTopicPartition } from '../../../ports/share-consume.ts';
import type { SharePersister } from '../../../ports/share-persister.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { LiveSharePartition } from './live-share-partition.ts';

export interface SharePartitionsOptions {
  readonly partitions: PartitionFinder;
  readonly persister: SharePersister;
  readonly deadLetters: Pick<DeadLetterQueue, 'write' | 'close'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly optionsOf: (groupId: string) => ShareGroupOptions;
}

/** The share-partitions that members of groups read now (Kafka's SharePartitionCache). */
export class SharePartitions {
  readonly #options: SharePartitionsOptions;
  readonly #live = new Map<string, LiveSharePartition>();
  /** Those that are forgotten, but whose dead letters are on their way. */
  readonly #leaving = new Map<string, Promise<void>>();

  constructor(options: SharePartitionsOptions) {
    this.#options = options;
  }

  get(key: SharePartitionKey): LiveSharePartition | undefined {
    return this.#live.get(sharePartitionName(key));
  }

  /** The share-partition, loaded or being loaded; or why this broker cannot have it. */
  open(
    groupId: string,
    { topicId, partition }: ShareTopicPartition,
  ): LiveSharePartition | ErrorName {
    const key = { groupId, topicId, partition };
    const known = this.get(key);
    if (known !== undefined) return known;
    const { partitions, persister, deadLetters, clock, timer, optionsOf } = this.#options;
    const topic = partitions.topicById(topicId);
    const log = partitions.log(topic, partition, true);
    if (typeof log === 'string') return log;
    const live = new LiveSharePartition({
      ...{ key, log, persister, deadLetters, clock, timer },
      after: this.#leaving.get(sharePartitionName(key)),
      leaderEpoch: topic?.partitions[partition]?.leaderEpoch ?? 0,
      options: () => optionsOf(groupId),
      onFenced: (fenced) => this.drop(fenced),
    });
    this.#live.set(sharePartitionName(key), live);
    void live.loaded.then((error) => {
      if (error !== undefined) this.drop(live);
    });
    return live;
  }

  /** Forgets a share-partition; who reads it next loads it anew. */
  drop(live: LiveSharePartition): void {
    const name = sharePartitionName(live.key);
    if (this.#live.get(name) === live) this.#live.delete(name);
    live.close();
    const written = live.deadLettersWritten;
    if (written === undefined) return;
    const leaving = written.finally(() => {
      if (this.#leaving.get(name) === leaving) this.#leaving.delete(name);
    });
    this.#leaving.set(name, leaving);
  }

  /** Its stored state was replaced or deleted by someone else than its readers. */
  onReset(key: SharePartitionKey): void {
    const live = this.get(key);
    if (live !== undefined) this.drop(live);
  }

  /** Nobody reads for the group any more. */
  onGroupEmpty(groupId: string): void {
    for (const live of [...this.#live.values()]) {
      if (live.key.groupId === groupId) this.drop(live);
    }
  }

  onTopicsDeleted(topicIds: ReadonlySet<TopicId>): void {
    for (const live of [...this.#live.values()]) {
      if (topicIds.has(live.key.topicId)) this.drop(live);
    }
  }

  async close(): Promise<void> {
    this.#options.deadLetters.close();
    for (const live of [...this.#live.values()]) this.drop(live);
    await Promise.all(this.#leaving.values());
  }
}
