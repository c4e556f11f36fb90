import type { BrokerConfig } from '../config/broker-config.ts';
import {
  CONSUMER_OFFSETS_TOPIC,
  type InternalTopicName,
  SHARE_GROUP_STATE_TOPIC,
  TRANSACTION_STATE_TOPIC,
} from './internal-topics.ts';

export interface InternalTopicDefaults {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: ReadonlyMap<string, string>;
}

/** How Kafka makes the coordinators' topics (its AutoTopicCreationManager). */
export function internalTopicDefaults(
  name: InternalTopicName,
  config: BrokerConfig,
): InternalTopicDefaults {
  switch (name) {
    case CONSUMER_OFFSETS_TOPIC:
      return {
        partitions: config.get('offsets.topic.num.partitions'),
        replicationFactor: config.get('offsets.topic.replication.factor'),
        configs: new Map([
          ['cleanup.policy', 'compact'],
          ['compression.type', 'producer'],
          ['segment.bytes', segmentBytes(config.get('offsets.topic.segment.bytes'))],
        ]),
      };
    case TRANSACTION_STATE_TOPIC:
      return {
        partitions: config.get('transaction.state.log.num.partitions'),
        replicationFactor: config.get('transaction.state.log.replication.factor'),
        configs: new Map([
          ['cleanup.policy', 'compact'],
          ['compression.type', 'uncompressed'],
          ['unclean.leader.election.enable', 'false'],
          ['min.insync.replicas', String(config.get('transaction.state.log.min.isr'))],
          ['segment.bytes', segmentBytes(config.get('transaction.state.log.segment.bytes'))],
        ]),
      };
    case SHARE_GROUP_STATE_TOPIC:
      return {
        partitions: config.get('share.coordinator.state.topic.num.partitions'),
        replicationFactor: config.get('share.coordinator.state.topic.replication.factor'),
        configs: new Map([
          ['cleanup.policy', 'delete'],
          ['compression.type', 'producer'],
          ['min.insync.replicas', String(config.get('share.coordinator.state.topic.min.isr'))],
          [
            'segment.bytes',
            segmentBytes(config.get('share.coordinator.state.topic.segment.bytes')),
          ],
          ['retention.ms', '-1'],
        ]),
      };
  }
}

/** segment.bytes of a topic takes 1 MiB at least, the broker's keys for these topics take less. */
function segmentBytes(bytes: number): string {
  return String(Math.max(bytes, 1024 * 1024));
}
