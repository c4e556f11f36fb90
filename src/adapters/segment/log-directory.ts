import type { TopicIdPartition } from '../../domain/topic-partition.ts';

/** Names in a data folder, as Kafka gives them. */
const FOLDER = /^(?<topic>[a-zA-Z0-9._-]{1,249})-(?<partition>\d{1,10})$/;
const SEGMENT = /^(?<offset>\d{20})\.log$/;
const LEFTOVER_FOLDER = /^[a-zA-Z0-9._-]+\.[0-9a-f-]{36}-(delete|create)$/;
/** So that a file system's 255 bytes are enough for a suffix, as Kafka's logDeleteDirName cuts it. */
const NAME_BEFORE_SUFFIX = 200;
const LEFTOVER_FILE = /\.(tmp|deleted)$/;

/** Kafka's names of a data folder's own files. */
export const CLEAN_STOP = '.kafka_cleanshutdown';
export const JOURNAL = 'journal';
export const PARTITION_METADATA = 'partition.metadata';
/** Tells the next start that a log's pages in memory may be cleaner than they are on the device. */
export const SYNC_FAILED = 'sync-failed';
export const LOG_START_OFFSET = 'log-start-offset-checkpoint';

export function folderName(id: { readonly topic: string; readonly partition: number }): string {
  return `${id.topic}-${id.partition}`;
}

/** A name under which a folder is being made or removed: whatever has it at a start is removed. */
export function passingName(folder: string, purpose: 'create' | 'delete'): string {
  return `${folder.slice(0, NAME_BEFORE_SUFFIX)}.${globalThis.crypto.randomUUID()}-${purpose}`;
}

export function isLogFolder(name: string): boolean {
  return FOLDER.test(name);
}

export function isLeftoverFolder(name: string): boolean {
  return LEFTOVER_FOLDER.test(name);
}

export function isLeftoverFile(name: string): boolean {
  return LEFTOVER_FILE.test(name);
}

const SNAPSHOT_NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

export function snapshotFileName(name: string): string {
  if (!SNAPSHOT_NAME.test(name)) throw new TypeError(`${name} cannot be a snapshot's name`);
  return `${name}.state`;
}

/** The snapshot a file holds, if it holds one. */
export function snapshotNameOf(file: string): string | undefined {
  const name = file.endsWith('.state') ? file.slice(0, -'.state'.length) : '';
  return SNAPSHOT_NAME.test(name) ? name : undefined;
}

export function segmentName(baseOffset: bigint): string {
  return String(baseOffset).padStart(20, '0');
}

/** The base offsets of the segments among a folder's files, in order. */
export function segmentBaseOffsets(names: readonly string[]): bigint[] {
  const offsets: bigint[] = [];
  for (const name of names) {
    const digits = SEGMENT.exec(name)?.groups?.['offset'];
    if (digits !== undefined) offsets.push(BigInt(digits));
  }
  return offsets.sort((a, b) => (a < b ? -1 : 1));
}

/** Kafka's checkpoint file: a version, the number of lines, and those. */
export function startOffsetCheckpoint(id: TopicIdPartition, offset: bigint): Uint8Array {
  return Buffer.from(`0\n1\n${id.topic} ${id.partition} ${offset}\n`);
}

export function startOffsetOf(checkpoint: Uint8Array): bigint | undefined {
  const digits = /^0\n1\n\S+ \d+ (\d{1,19})\n$/.exec(Buffer.from(checkpoint).toString())?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

export function partitionMetadata(id: TopicIdPartition): Uint8Array {
  return Buffer.from(`version: 0\ntopic_id: ${id.topicId}\n`);
}

/** The partition of a folder, or undefined when its metadata file is not readable as one. */
export function partitionOf(name: string, metadata: Uint8Array): TopicIdPartition | undefined {
  const id = topicPartitionOf(name);
  const topicId = /^topic_id: ([A-Za-z0-9_-]{22})$/m.exec(Buffer.from(metadata).toString())?.[1];
  return id && topicId !== undefined ? { topicId, ...id } : undefined;
}

export function topicPartitionOf(name: string): Omit<TopicIdPartition, 'topicId'> | undefined {
  const groups = FOLDER.exec(name)?.groups;
  return groups && { topic: groups['topic']!, partition: Number(groups['partition']) };
}
