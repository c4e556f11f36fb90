import type { TopicIdPartition } from '../../domain/topic-partition.ts';

/** Names in a data folder, as Kafka gives them. */
const FOLDER = /^(?<topic>[a-zA-Z0-9._-]{1,249})-(?<partition>\d{1,10})$/;
const SEGMENT = /^(?<offset>\d{20})\.log$/;
const LEFTOVER_FOLDER = /^[a-zA-Z0-9._-]+-\d+\.[0-9a-f-]{36}-(delete|create)$/;
const LEFTOVER_FILE = /\.(tmp|deleted)$/;

export const PARTITION_METADATA = 'partition.metadata';
export const LOG_START_OFFSET = 'log-start-offset-checkpoint';

export function folderName(id: { readonly topic: string; readonly partition: number }): string {
  return `${id.topic}-${id.partition}`;
}

export function isLogFolder(name: string): boolean {
  return FOLDER.test(name) && !name.startsWith('..-') && !name.startsWith('.-');
}

export function isLeftoverFolder(name: string): boolean {
  return LEFTOVER_FOLDER.test(name);
}

export function isLeftoverFile(name: string): boolean {
  return LEFTOVER_FILE.test(name);
}

export function segmentName(baseOffset: bigint): string {
  return String(baseOffset).padStart(20, '0');
}

export function segmentBaseOffset(fileName: string): bigint | undefined {
  const offset = SEGMENT.exec(fileName)?.groups?.['offset'];
  return offset === undefined ? undefined : BigInt(offset);
}

export function partitionMetadata(id: TopicIdPartition): Uint8Array {
  return Buffer.from(`version: 0\ntopic_id: ${id.topicId}\n`);
}

/** The partition of a folder, or undefined when its metadata file is not readable as one. */
export function partitionOf(name: string, metadata: Uint8Array): TopicIdPartition | undefined {
  const groups = FOLDER.exec(name)?.groups;
  const topicId = /^topic_id: ([A-Za-z0-9_-]{22})$/m.exec(Buffer.from(metadata).toString())?.[1];
  if (groups === undefined || topicId === undefined) return undefined;
  return { topicId, topic: groups['topic']!, partition: Number(groups['partition']) };
}
