const ROW_BYTES = 32;
const PAGE_ROWS_LOG2 = 10;
const PAGE_ROWS = 1 << PAGE_ROWS_LOG2;
const OFFSET_AT = 0;
const TIMESTAMP_AT = 8;
const ORDER_AT = 16;
const LEADER_EPOCH_AT = 24;

/** What nearly every committed offset has, and no more. */
export interface OffsetRow {
  readonly offset: bigint;
  readonly commitTimestampMs: bigint;
  readonly leaderEpoch: number;
  /** When it was replayed, among all offsets of the store. */
  readonly order: number;
}

/**
 * Numbers of committed offsets, 32 bytes each: a million of them as objects would take ten times as much, and longer to be
 * made than to be read from the log.
 */
export class OffsetRows {
  private readonly pages: DataView[] = [];
  private readonly free: number[] = [];
  private used = 0;

  /** A row that is nobody's, with whatever was in it. */
  add(): number {
    const free = this.free.pop();
    if (free !== undefined) return free;
    const row = this.used++;
    if (row % PAGE_ROWS === 0)
      this.pages.push(new DataView(new ArrayBuffer(PAGE_ROWS * ROW_BYTES)));
    return row;
  }

  remove(row: number): void {
    this.free.push(row);
  }

  write(row: number, { offset, commitTimestampMs, leaderEpoch, order }: OffsetRow): void {
    const page = this.pageOf(row);
    const at = startOf(row);
    page.setBigInt64(at + OFFSET_AT, offset);
    page.setBigInt64(at + TIMESTAMP_AT, commitTimestampMs);
    page.setFloat64(at + ORDER_AT, order);
    page.setInt32(at + LEADER_EPOCH_AT, leaderEpoch);
  }

  /** As `write`, from where a record has its fields; no number is made that would have to be collected again. */
  copy(
    row: number,
    from: DataView,
    fields: {
      readonly offsetAt: number;
      readonly leaderEpochAt: number;
      readonly timestampAt: number;
    },
    order: number,
  ): void {
    const page = this.pageOf(row);
    const at = startOf(row);
    const { offsetAt, leaderEpochAt, timestampAt } = fields;
    page.setInt32(at + OFFSET_AT, from.getInt32(offsetAt));
    page.setInt32(at + OFFSET_AT + 4, from.getInt32(offsetAt + 4));
    page.setInt32(at + TIMESTAMP_AT, from.getInt32(timestampAt));
    page.setInt32(at + TIMESTAMP_AT + 4, from.getInt32(timestampAt + 4));
    page.setFloat64(at + ORDER_AT, order);
    page.setInt32(at + LEADER_EPOCH_AT, from.getInt32(leaderEpochAt));
  }

  read(row: number): OffsetRow {
    const page = this.pageOf(row);
    const at = startOf(row);
    return {
      offset: page.getBigInt64(at + OFFSET_AT),
      commitTimestampMs: page.getBigInt64(at + TIMESTAMP_AT),
      leaderEpoch: page.getInt32(at + LEADER_EPOCH_AT),
      order: page.getFloat64(at + ORDER_AT),
    };
  }

  private pageOf(row: number): DataView {
    return this.pages[row >>> PAGE_ROWS_LOG2] as DataView;
  }
}

function startOf(row: number): number {
  return (row & (PAGE_ROWS - 1)) * ROW_BYTES;
}
