import {
  emptyManifest,
  type HistoryManifest,
  partitionOf,
  withDeleted,
  withExported,
  withoutOlder,
} from '../../../domain/sql/history/history-manifest.ts';
import type { TopicHistoryPlace } from '../../../domain/sql/history/history-select.ts';
import { SqlError } from '../../../domain/sql/sql-error.ts';
import { changedKeys } from '../../../domain/topic/versioned-map.ts';
import type { Offset, TopicId } from '../../../domain/topic-partition.ts';
import type { Catalog, TopicMetadata } from '../../../ports/catalog.ts';
import type { Clock, Timer } from '../../../ports/clock.ts';
import type { Logger } from '../../../ports/logger.ts';
import type {
  DeletedRecordsWatcher,
  ExportableRange,
  ExportableTopic,
  ExportChoice,
  ExportedRange,
  HistoryStore,
  TopicHistory,
} from '../../../ports/topic-history.ts';
import type { ClosedSegment } from '../log/log-types.ts';
import type { LedLog } from '../partition/led-log.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';

export interface HistoryServiceOptions {
  readonly catalog: Pick<Catalog, 'metadata' | 'watch'>;
  readonly partitions: PartitionFinder;
  /** Undefined where there is no data folder. */
  readonly store: HistoryStore | undefined;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly logger: Logger;
  /** How long a query may go on reading a file that history let go of. */
  readonly removalDelayMs: number;
}

/** What is in history: one manifest for each topic that has any, changed in turn. */
export class HistoryService implements TopicHistory, DeletedRecordsWatcher {
  readonly #o: HistoryServiceOptions;
  readonly #manifests = new Map<TopicId, Promise<HistoryManifest | undefined>>();
  readonly #revisions = new WeakMap<HistoryManifest, number>();
  #lastRevision = 0;
  #last: Promise<unknown> = Promise.resolve();
  #stopWatching: (() => void) | undefined;

  constructor(options: HistoryServiceOptions) {
    this.#o = options;
  }

  /** Lets go of what belongs to topics that are no more, now and whenever one goes. */
  async start(): Promise<void> {
    const { catalog, store, logger } = this.#o;
    if (store === undefined) return;
    const sweep = (): void => {
      this.#sweep(store).catch((error: unknown) =>
        logger.warn({ error }, 'the history of deleted topics could not be removed'),
      );
    };
    this.#stopWatching = catalog.watch((now, before) => {
      for (const id of changedKeys(before.topicsById, now.topicsById)) {
        if (now.topicsById.has(id)) continue;
        sweep();
        return;
      }
    });
    sweep();
  }

  async close(): Promise<void> {
    this.#stopWatching?.();
    await this.#last;
  }

  async historyOf(name: string, known?: number): Promise<TopicHistoryPlace | 'same' | undefined> {
    const { store } = this.#o;
    const topic = this.#o.partitions.topicByName(name);
    if (store === undefined || topic === undefined || this.#isCompacted(topic)) return undefined;
    const manifest = await this.#manifest(topic);
    if (manifest === undefined || manifest.partitions.length === 0) return undefined;
    const revision = this.#revisionOf(manifest);
    if (revision === known) return 'same';
    return { directory: store.directory(name, topic.id), manifest, revision };
  }

  async list(): Promise<readonly HistoryManifest[]> {
    const topics = [...this.#o.catalog.metadata.topicsByName.values()];
    const manifests = await Promise.all(topics.map((topic) => this.#manifest(topic)));
    return manifests.filter((manifest) => manifest !== undefined);
  }

  async exportable(
    name: string,
    { openSegments, olderThanMs }: ExportChoice,
  ): Promise<ExportableTopic> {
    const topic = this.#topic(name);
    const store = this.#store();
    if (this.#isCompacted(topic)) {
      throw new SqlError('INVALID', `topic ${name} is compacted: it has no history`, {
        hint: 'its log keeps the last record of each key; CREATE TABLE … AS keeps a copy',
      });
    }
    const manifest = await this.#manifest(topic);
    const ranges: ExportableRange[] = [];
    for (const { partition } of topic.partitions) {
      const log = this.#log(topic, partition);
      if (log === undefined) continue;
      const done = (manifest && partitionOf(manifest, partition)?.nextOffset) ?? 0;
      const firstOffset = Math.max(done, Number(log.logStartOffset));
      const fromOffset = BigInt(firstOffset);
      const closed = await log.closedSegments({ fromOffset, withOpen: openSegments });
      const segments = olderThanMs === undefined ? closed : this.#older(closed, olderThanMs);
      const range = rangeOf(partition, firstOffset, segments);
      if (range !== undefined) ranges.push(range);
    }
    if (ranges.length > 0) await store.createDirectory(name, topic.id);
    const directory = store.directory(name, topic.id);
    return { topic: name, topicId: topic.id, directory, ranges };
  }

  record(exported: ExportedRange): Promise<void> {
    const { topic: name, topicId, written } = exported;
    return this.#inTurn(async () => {
      const store = this.#store();
      const topic = this.#topic(name);
      if (topic.id !== topicId) throw new SqlError('INVALID', `topic ${name} was made anew`);
      const before = (await this.#manifest(topic)) ?? emptyManifest(name, topicId);
      const after = withExported(before, exported, written?.file);
      if (written !== undefined) {
        await store.place(name, topicId, written.temporaryName, written.file.name);
      }
      await this.#replace(store, after);
    });
  }

  drop(name: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const topic = this.#topic(name);
      const manifest = await this.#manifest(topic);
      if (manifest === undefined || manifest.partitions.length === 0) return false;
      await this.#change(topic, () => emptyManifest(name, topic.id));
      return true;
    });
  }

  /** Lets go of files whose records are all from before then. */
  async removeOlder(beforeMs: number): Promise<void> {
    for (const topic of this.#o.catalog.metadata.topicsByName.values()) {
      await this.#inTurn(() => this.#change(topic, (manifest) => withoutOlder(manifest, beforeMs)));
    }
  }

  async recordsDeleted(
    topicId: TopicId,
    _name: string,
    partition: number,
    before: Offset,
  ): Promise<void> {
    const topic = this.#o.partitions.topicById(topicId);
    if (this.#o.store === undefined || topic === undefined) return;
    await this.#inTurn(() =>
      this.#change(topic, (manifest) => withDeleted(manifest, partition, Number(before))),
    );
  }

  #revisionOf(manifest: HistoryManifest): number {
    const known = this.#revisions.get(manifest);
    if (known !== undefined) return known;
    this.#lastRevision += 1;
    this.#revisions.set(manifest, this.#lastRevision);
    return this.#lastRevision;
  }

  /** The first of them, up to one that is younger: history has no gaps. */
  #older(segments: readonly ClosedSegment[], olderThanMs: number): readonly ClosedSegment[] {
    const beforeMs = this.#o.clock.nowMs() - olderThanMs;
    const younger = segments.findIndex(({ maxTimestampMs }) => Number(maxTimestampMs) > beforeMs);
    return younger < 0 ? segments : segments.slice(0, younger);
  }

  async #change(
    topic: TopicMetadata,
    change: (manifest: HistoryManifest) => HistoryManifest,
  ): Promise<void> {
    const before = await this.#manifest(topic);
    if (before === undefined) return;
    const after = change(before);
    if (after === before) return;
    await this.#replace(this.#store(), after);
    const kept = new Set(after.files);
    for (const file of before.files) if (!kept.has(file)) this.#removeLater(topic, file.name);
  }

  /** What fails to go is in no manifest, and goes when the topic's history is opened next. */
  #removeLater({ name, id }: TopicMetadata, file: string): void {
    const { store, timer, removalDelayMs, logger } = this.#o;
    timer.schedule(removalDelayMs, () => {
      store?.removeFile(name, id, file).catch((error: unknown) => {
        logger.warn({ error, topic: name, file }, 'a file of history could not be removed');
      });
    });
  }

  async #replace(store: HistoryStore, manifest: HistoryManifest): Promise<void> {
    await store.write(manifest);
    this.#manifests.set(manifest.topicId, Promise.resolve(manifest));
  }

  #manifest({ name, id }: TopicMetadata): Promise<HistoryManifest | undefined> {
    const known = this.#manifests.get(id);
    if (known !== undefined) return known;
    const opening = this.#o.store?.open(name, id) ?? Promise.resolve(undefined);
    this.#manifests.set(id, opening);
    // Asked again next time.
    opening.catch(() => this.#manifests.delete(id));
    return opening;
  }

  async #sweep(store: HistoryStore): Promise<void> {
    await this.#inTurn(async () => {
      for (const { topic, topicId } of await store.topics()) {
        if (this.#o.catalog.metadata.topicsById.has(topicId)) continue;
        this.#manifests.delete(topicId);
        await store.removeTopic(topic, topicId);
      }
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #store(): HistoryStore {
    const { store } = this.#o;
    if (store !== undefined) return store;
    throw new SqlError('INVALID', 'there is no history with storage.engine=memory');
  }

  #topic(name: string): TopicMetadata {
    const topic = this.#o.partitions.topicByName(name);
    if (topic !== undefined && !topic.internal) return topic;
    const hint = 'SHOW TABLES lists the topics there are';
    throw new SqlError('INVALID', `there is no topic ${name}`, { hint });
  }

  #log(topic: TopicMetadata, partition: number): LedLog | undefined {
    const log = this.#o.partitions.log(topic, partition);
    return typeof log === 'string' ? undefined : log;
  }

  #isCompacted(topic: TopicMetadata): boolean {
    const log = this.#log(topic, topic.partitions[0]?.partition ?? 0);
    return log?.config.cleanupPolicy.includes('compact') === true;
  }
}

function rangeOf(
  partition: number,
  firstOffset: number,
  segments: readonly ClosedSegment[],
): ExportableRange | undefined {
  const last = segments.at(-1);
  if (last === undefined) return undefined;
  const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  return { partition, firstOffset, nextOffset: Number(last.nextOffset), sizeBytes };
}
