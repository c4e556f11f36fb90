/** What bounds the deliveries of a group; a group's own configs may change them at any time (KIP-932). */
export interface SharePartitionConfig {
  /** share.partition.max.record.locks: records between the start offset and the last one read. */
  readonly maxInFlightRecords: number;
  /** share.delivery.count.limit */
  readonly maxDeliveryCount: number;
  /** share.record.lock.duration.ms */
  readonly recordLockDurationMs: number;
  /** share.renew.acknowledge.enable (KIP-1222) */
  readonly isRenewEnabled: boolean;
  /** Whether records that are given up are dead letters (errors.deadletterqueue.topic.name, KIP-1191). */
  readonly hasDeadLetterQueue: boolean;
}

/** What becomes of a record that nobody is given any more. */
export type DeliveryLimit = Pick<SharePartitionConfig, 'maxDeliveryCount' | 'hasDeadLetterQueue'>;
