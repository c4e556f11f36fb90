/** The topics a regular expression of a group matched, and when that was. */
export interface ResolvedRegularExpression {
  /** In order. */
  readonly topics: readonly string[];
  /** Of the cluster's metadata. */
  readonly version: bigint;
  readonly timestampMs: number;
}
