export interface ShareCoordinatorConfig {
  /** share.coordinator.snapshot.update.records.per.snapshot */
  readonly updatesPerSnapshot: number;
  /** share.coordinator.cold.partition.snapshot.interval.ms */
  readonly coldSnapshotIntervalMs: number;
}
