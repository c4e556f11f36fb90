/** One setting as it was written, before anything is known of its key. */
export interface WrittenConfig {
  /** A TOML path (`network.bind_port`) or a Kafka name (`log.retention.ms`, also as `kafka.log.retention.ms`). */
  readonly key: string;
  readonly value: WrittenValue;
  readonly where: string;
}

export type WrittenValue = string | number | bigint | boolean | readonly unknown[] | object;
