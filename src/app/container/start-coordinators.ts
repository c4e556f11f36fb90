import type { Container } from 'inversify';
import { changedKeys } from '../../domain/topic/versioned-map.ts';
import type { ClusterMetadata, TopicMetadata } from '../../ports/catalog.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { TOKENS } from './tokens.ts';

/** Who keeps state in internal topics: they read it before anybody can ask. */
export async function startCoordinators(container: Container, lifecycle: Lifecycle): Promise<void> {
  const catalog = container.get(TOKENS.catalog);
  const groups = container.get(TOKENS.groups);
  await lifecycle.start(
    'the group coordinator',
    () => groups.open(),
    () => groups.close(),
  );
  const transactions = container.get(TOKENS.transactions);
  await lifecycle.start(
    'the transaction coordinator',
    () => transactions.open(),
    () => transactions.close(),
  );
  const share = container.get(TOKENS.shareCoordinator);
  await lifecycle.start(
    'the share coordinator',
    () => share.open(),
    () => share.close(),
  );
  const sharePartitions = container.get(TOKENS.sharePartitions);
  await lifecycle.start(
    'share-partitions',
    () => share.watchResets((key) => sharePartitions.onReset(key)),
    () => sharePartitions.close(),
  );
  let unwatch: (() => void) | undefined;
  await lifecycle.start(
    'watching the topics of groups',
    () => {
      unwatch = catalog.watch((now, before) => {
        groups.onMetadataChanged(now, before);
        const deleted = deletedTopics(now, before);
        if (deleted.length === 0) return;
        const deletedIds = new Set(deleted.map(({ id }) => id));
        groups.onTopicsDeleted(new Set(deleted.map(({ name }) => name)));
        share.onTopicsDeleted(deletedIds);
        sharePartitions.onTopicsDeleted(deletedIds);
      });
    },
    () => unwatch?.(),
  );
}

function deletedTopics(now: ClusterMetadata, before: ClusterMetadata): readonly TopicMetadata[] {
  const deleted: TopicMetadata[] = [];
  for (const id of changedKeys(before.topicsById, now.topicsById)) {
    const topic = before.topicsById.get(id);
    if (topic !== undefined && !now.topicsById.has(id)) deleted.push(topic);
  }
  return deleted;
}
