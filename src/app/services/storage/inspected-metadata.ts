import { isClusterMetadataLog } from '../../../domain/topic/cluster-metadata.ts';
import type { TopicIdPartition } from '../../../domain/topic-partition.ts';
import type { InspectedStore, StorageFinding } from '../../../ports/store-inspector.ts';
import type { LeaderEpochBounds } from './leader-epoch-check.ts';
import type { InspectedMetadata, MetadataReader } from './metadata-reader.ts';

/** Where the metadata do not tell: any that an int32 can be. */
const ANY_EPOCH: LeaderEpochBounds = { lowest: 0, highest: 0x7fffffff };

/** What the store's metadata log says; undefined, and reported why, where it says nothing. */
export async function readMetadata(
  store: InspectedStore,
  o: { readonly metadata: MetadataReader; report(finding: StorageFinding): void },
): Promise<InspectedMetadata | undefined> {
  const log = store.logs.find(({ id }) => isClusterMetadataLog(id));
  if (log === undefined) {
    // A broker that never came up leaves such a folder, and nothing in it.
    if (store.logs.length === 0 && !store.clean) return undefined;
    o.report({
      kind: 'metadata',
      message: 'there is no metadata log, so the topics are not known',
    });
    return undefined;
  }
  try {
    return await o.metadata.read(log);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `the topics cannot be told from the metadata log: ${why}`;
    const { topic, partition } = log.id;
    o.report({ kind: 'metadata', topic, partition, message });
    return undefined;
  }
}

/** Whether a partition's topic is one that is compacted, as far as its configs tell. */
export function isCompacted(
  id: TopicIdPartition,
  inspected: InspectedMetadata | undefined,
): boolean {
  const configs = inspected?.metadata.topicsById.get(id.topicId)?.configs;
  return configs?.get('cleanup.policy')?.split(',').includes('compact') ?? false;
}

/** The leader epochs a partition's batches can have. */
export function epochsOf(
  id: TopicIdPartition,
  { leaderEpoch }: MetadataReader,
  inspected: InspectedMetadata | undefined,
): LeaderEpochBounds {
  if (isClusterMetadataLog(id)) return { lowest: leaderEpoch, highest: leaderEpoch };
  const topic = inspected?.metadata.topicsById.get(id.topicId);
  const highest = topic?.partitions[id.partition]?.leaderEpoch;
  return highest === undefined ? ANY_EPOCH : { lowest: 0, highest };
}
