import type { SharePartitionConfig } from './share-partition-config.ts';

/** Where a group starts to read a partition it has not read before (KIP-932, KIP-1106). */
export type ShareOffsetReset =
  | { readonly kind: 'earliest' | 'latest' }
  /** At the first record of the last `durationMs`. */
  | { readonly kind: 'by_duration'; readonly durationMs: number };

/** Where records go that a group gives up (KIP-1191). */
export interface DeadLetterOptions {
  /** errors.deadletterqueue.topic.name; empty: they are only archived. */
  readonly topicName: string;
  /** errors.deadletterqueue.copy.record.enable: key and value as well, not only where the record is. */
  readonly copiesRecords: boolean;
}

/** What a share group's configs say of its deliveries. */
export interface ShareGroupOptions extends SharePartitionConfig {
  readonly offsetReset: ShareOffsetReset;
  readonly isolation: 'read_uncommitted' | 'read_committed';
  readonly deadLetters: DeadLetterOptions;
}
