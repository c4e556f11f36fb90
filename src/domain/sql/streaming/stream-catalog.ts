/** What a name in a FROM clause stands for. */
export type KnownRelation = KnownStream | KnownTable;

export interface KnownStream {
  readonly kind: 'stream';
  readonly topic: string;
  /** All that its relation has, `kafka_partition` and the like among them. */
  readonly columns: readonly string[];
  /** An expression over the columns, of a type that casts to TIMESTAMP. */
  readonly eventTime: string;
  readonly outOfOrdernessMs: number;
}

/** A table or view that is read as it is when a batch comes. */
export interface KnownTable {
  readonly kind: 'table';
  readonly columns: readonly string[];
}

export interface StreamCatalog {
  /** `name` as written, without quotes; undefined for what there is not. */
  find(name: string): KnownRelation | undefined;
}
