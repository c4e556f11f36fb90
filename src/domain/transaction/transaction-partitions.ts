export interface TransactionPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The partitions of a transaction: a set whose values never change once it is made. */
export class TransactionPartitions {
  static readonly NONE = new TransactionPartitions(new Map());
  readonly #byKey: ReadonlyMap<string, TransactionPartition>;

  private constructor(byKey: ReadonlyMap<string, TransactionPartition>) {
    this.#byKey = byKey;
  }

  static of(partitions: Iterable<TransactionPartition>): TransactionPartitions {
    return TransactionPartitions.NONE.with(partitions);
  }

  get size(): number {
    return this.#byKey.size;
  }

  has(partition: TransactionPartition): boolean {
    return this.#byKey.has(keyOf(partition));
  }

  hasAll(partitions: readonly TransactionPartition[]): boolean {
    return partitions.every((partition) => this.has(partition));
  }

  with(added: Iterable<TransactionPartition>): TransactionPartitions {
    const byKey = new Map(this.#byKey);
    for (const { topic, partition } of added) {
      byKey.set(keyOf({ topic, partition }), { topic, partition });
    }
    return new TransactionPartitions(byKey);
  }

  [Symbol.iterator](): Iterator<TransactionPartition> {
    return this.#byKey.values();
  }

  byTopic(): ReadonlyMap<string, readonly number[]> {
    const topics = new Map<string, number[]>();
    for (const { topic, partition } of this) {
      const partitions = topics.get(topic);
      if (partitions === undefined) topics.set(topic, [partition]);
      else partitions.push(partition);
    }
    return topics;
  }
}

function keyOf({ topic, partition }: TransactionPartition): string {
  return `${partition}/${topic}`;
}
