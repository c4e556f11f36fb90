import type { ShareCoordinatorConfig } from '../share-coordinator/share-coordinator-config.ts';
import type { BrokerConfig } from './broker-config.ts';

/** What the share coordinator must know, from the broker's configs (Kafka's ShareCoordinatorConfig). */
export function shareCoordinatorConfigOf(brokerConfig: BrokerConfig): ShareCoordinatorConfig {
  return {
    updatesPerSnapshot: brokerConfig.get('share.coordinator.snapshot.update.records.per.snapshot'),
    coldSnapshotIntervalMs: brokerConfig.get(
      'share.coordinator.cold.partition.snapshot.interval.ms',
    ),
  };
}
