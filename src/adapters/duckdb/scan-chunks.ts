import { CHUNK_ROWS, type ProjectedColumn } from './projected-column.ts';
import type { TopicScan } from './topic-scan.ts';

/**
 * The rows of a scan, as many at a time as the engine takes. The next ones are decoded on this thread while the engine works
 * on those it has got, on its own: else the two would wait for each other.
 */
export class ScanChunks {
  readonly columns: readonly ProjectedColumn[];
  /** How many of the rows that `take` has counted each partition has. */
  readonly partitions = new Map<number, number>();
  readonly #scan: TopicScan;
  #rows: number | undefined;
  #error: Error | undefined;
  #isPlanned = false;

  constructor(scan: TopicScan, columns: readonly ProjectedColumn[]) {
    this.#scan = scan;
    this.columns = columns;
  }

  /**
   * Gives how many rows are in the columns, which is none at the end. They have to be taken out of them before this turn of the
   * event loop is over. Throws what is wrong with the records.
   */
  take(): number {
    if (this.#error !== undefined) throw this.#error;
    const rows = this.#rows ?? this.#decode();
    this.#rows = undefined;
    if (rows === CHUNK_ROWS) this.#decodeAhead();
    return rows;
  }

  #decodeAhead(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      try {
        this.#rows = this.#decode();
      } catch (error) {
        this.#error = error as Error;
      }
    });
  }

  #decode(): number {
    const { columns, partitions } = this;
    const scan = this.#scan;
    partitions.clear();
    let rows = 0;
    let partition = -1;
    let first = 0;
    while (rows < CHUNK_ROWS && scan.advance()) {
      const { record } = scan;
      for (const { take } of columns) take(rows, record);
      if (record.partition !== partition) {
        if (rows > first) this.#count(partition, rows - first);
        partition = record.partition;
        first = rows;
      }
      rows += 1;
    }
    if (rows > first) this.#count(partition, rows - first);
    return rows;
  }

  #count(partition: number, rows: number): void {
    this.partitions.set(partition, (this.partitions.get(partition) ?? 0) + rows);
  }
}
