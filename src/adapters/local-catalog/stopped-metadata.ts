import { validateRecordBatch } from '../../domain/record/batch-validation.ts';
import { readLastOffset } from '../../domain/record/record-batch-header.ts';
import {
  CLUSTER_METADATA_LEADER_EPOCH,
  emptyClusterMetadata,
} from '../../domain/topic/cluster-metadata.ts';
import { ClusterMetadataDraft } from '../../domain/topic/cluster-metadata-draft.ts';
import type { MetadataRecord } from '../../domain/topic/metadata-record.ts';
import type { TopicId } from '../../domain/topic-partition.ts';
import type { ClusterMetadata } from '../../ports/catalog.ts';
import type { InspectedLog } from '../../ports/store-inspector.ts';
import { CLUSTER_ID_SNAPSHOT } from './local-catalog.ts';
import { type MetadataBatchTools, visitMetadataBatch } from './metadata-batch.ts';
import { METADATA_LOG_CONFIG } from './metadata-log.ts';
import { readMetadataSnapshot } from './metadata-snapshot.ts';

/** Reads the metadata log of a broker that does not run, without a change to it. */
export class StoppedMetadata {
  readonly leaderEpoch = CLUSTER_METADATA_LEADER_EPOCH;
  readonly logConfig = METADATA_LOG_CONFIG;
  readonly #tools: MetadataBatchTools;

  constructor(tools: MetadataBatchTools) {
    this.#tools = tools;
  }

  /** Rejects for metadata that a broker could not start with. */
  async read(
    log: InspectedLog,
  ): Promise<{ metadata: ClusterMetadata; removedTopics: ReadonlySet<TopicId> }> {
    const draft = new ClusterMetadataDraft(emptyClusterMetadata(await clusterIdOf(log)));
    const removedTopics = new Set<TopicId>();
    const apply = (change: MetadataRecord): void => {
      draft.apply(change);
      if (change.kind === 'removeTopic') removedTopics.add(change.topicId);
    };
    const snapshot = await readMetadataSnapshot(log, this.#tools);
    snapshot?.visit(apply);
    const version = await this.#replay(log, snapshot?.offset ?? 0n, apply);
    return { metadata: draft.finish(version), removedTopics };
  }

  async #replay(
    log: InspectedLog,
    fromOffset: bigint,
    apply: (change: MetadataRecord) => void,
  ): Promise<bigint> {
    let version = fromOffset;
    await log.scan({
      fromOffset,
      checkIndexes: false,
      batch: ({ bytes, view }) => {
        const lastOffset = readLastOffset(view, 0);
        if (lastOffset < fromOffset) return 'whole';
        validateRecordBatch(bytes, { ...this.#tools, origin: 'coordinator' }, view);
        visitMetadataBatch(bytes, this.#tools, apply);
        version = lastOffset + 1n;
        return 'whole';
      },
      finding({ kind, message }) {
        if (kind === 'batch') throw new Error(message);
      },
    });
    return version;
  }
}

async function clusterIdOf(log: InspectedLog): Promise<string> {
  const bytes = await log.readSnapshot(CLUSTER_ID_SNAPSHOT);
  if (bytes === undefined) throw new Error(`it has no ${CLUSTER_ID_SNAPSHOT}`);
  const clusterId = new TextDecoder().decode(bytes);
  if (/^[\w-]{22}$/.test(clusterId)) return clusterId;
  throw new Error(`its ${CLUSTER_ID_SNAPSHOT} is ${JSON.stringify(clusterId)}, which is none`);
}
