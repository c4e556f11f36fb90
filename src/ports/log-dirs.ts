/** Tells where and how large the partitions' logs are (inbound, DescribeLogDirs). */
export interface LogDirs {
  /** Null: all topics. */
  describe(topics: readonly LogDirTopic[] | null): Promise<readonly LogDir[]>;
}

export interface LogDirTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface LogDir {
  readonly path: string;
  readonly topics: readonly LogDirTopicSizes[];
  /** -1 where it is not known. */
  readonly totalBytes: bigint;
  readonly usableBytes: bigint;
}

export interface LogDirTopicSizes {
  readonly name: string;
  readonly partitions: readonly { readonly partition: number; readonly sizeBytes: number }[];
}
