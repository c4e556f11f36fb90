import type { Offset, TopicIdPartition } from '../../src/domain/topic-partition.ts';
import type { SampleBatch } from '../../src/testing/log-store/sample-batches.ts';

/**
 * What came before a log is looked at: power loss, the death of the store's process, nothing but a close, or an
 * operation that failed in the process that lives on.
 */
export type Ending = 'power loss' | 'process death' | 'none' | 'failure';

/** A log as it is found. */
export interface FoundLog {
  readonly startOffset: Offset;
  readonly endOffset: Offset;
  readonly batches: readonly Uint8Array[];
}

/** Content that was replaced, but may come back because the replacement is not known to be durable. */
interface Earlier {
  readonly batches: readonly SampleBatch[];
  /** Whether the replacement is done as far as running processes can see. */
  readonly settled: boolean;
}

/** What takes the place of each batch of a range: another one or none. */
export type Swap = ReadonlyMap<SampleBatch, SampleBatch | undefined>;

type Existence = 'absent' | 'creating' | 'present' | 'deleting';

/**
 * What may be found of one log after a crash, from what was asked of it and what was answered. An operation
 * begins, which makes its outcome possible, and may be done, which makes it certain.
 */
export class LogOracle {
  id: TopicIdPartition;
  existence: Existence = 'absent';
  /** Everything that was appended and not replaced, in order. May begin before the start. */
  batches: readonly SampleBatch[] = [];
  #earlier: Earlier[] = [];
  /** Batches below are there after power loss, and after the death of the process. */
  #durableTo: Offset = 0n;
  #writtenTo: Offset = 0n;
  #startAtLeast: Offset = 0n;
  #startAtMost: Offset = 0n;
  /** Whether a move of the start was not answered, or refused. */
  #dropInDoubt = false;
  readonly #snapshots = new Map<string, Uint8Array[]>();
  /** Begun and not answered, or failed. */
  #swaps: Swap[] = [];
  /** Up to where offsets may be missing before a segment. */
  #swappedTo: Offset = 0n;

  constructor(id: TopicIdPartition) {
    this.id = id;
  }

  get mayExist(): boolean {
    return this.existence !== 'absent';
  }

  get mustExist(): boolean {
    return this.existence === 'present';
  }

  /** A creation that failed may be tried again; after a deletion it is another log. */
  createBegins(id: TopicIdPartition): void {
    if (this.existence === 'absent') {
      this.id = id;
      this.batches = [];
      this.#snapshots.clear();
      this.#dropInDoubt = false;
      this.#swaps = [];
      this.#swappedTo = 0n;
      this.closeDone(0n, 0n);
    }
    this.existence = 'creating';
  }

  createDone(): void {
    this.existence = 'present';
  }

  deleteBegins(): void {
    this.existence = 'deleting';
  }

  deleteDone(): void {
    this.existence = 'absent';
  }

  existsNow(): void {
    this.existence = 'present';
  }

  appendBegins(batches: readonly SampleBatch[]): void {
    this.batches = [...this.batches, ...batches];
  }

  appendDone(endOffset: Offset, synced: boolean): void {
    this.replaceDone();
    if (endOffset > this.#writtenTo) this.#writtenTo = endOffset;
    if (synced) this.syncDone(endOffset);
  }

  /** Everything up to `endOffset` survives power loss, and so does what it follows on. */
  syncDone(endOffset: Offset): void {
    if (endOffset > this.#durableTo) this.#durableTo = endOffset;
    this.#earlier = this.#earlier.filter(({ settled }) => !settled);
  }

  /** Whether there is something to drop. */
  truncateBegins(offset: Offset): boolean {
    for (const { batches, settled } of [...this.#earlier]) {
      if (settled) continue;
      const kept = batches.filter(({ lastOffset }) => lastOffset < offset);
      this.#earlier.push({ batches: kept, settled });
    }
    const kept = this.batches.filter(({ lastOffset }) => lastOffset < offset);
    if (kept.length === this.batches.length) return false;
    this.#replace(kept);
    return true;
  }

  /**
   * An append that was refused. Where its sync failed, it may be found all the same when the store is opened
   * again; where the log takes something else in its place, not.
   */
  appendFailed(batches: readonly SampleBatch[]): void {
    this.#replace(this.batches.filter((batch) => !batches.includes(batch)));
  }

  /** Until it is done or refused, the log may be found with or without it. */
  swapBegins(swap: Swap, toOffset: Offset): void {
    this.#swaps.push(swap);
    if (toOffset > this.#swappedTo) this.#swappedTo = toOffset;
  }

  /** Whatever else may come back, it does so with the others in their place. */
  swapDone(swap: Swap): void {
    this.swapRefused(swap);
    this.batches = swapped(this.batches, swap);
    this.#earlier = this.#earlier.map(({ batches, settled }) => {
      return { batches: swapped(batches, swap), settled };
    });
  }

  swapRefused(swap: Swap): void {
    this.#swaps = this.#swaps.filter((other) => other !== swap);
  }

  replaceDone(): void {
    this.#earlier = this.#earlier.map(({ batches }) => ({ batches, settled: true }));
  }

  dropPrefixBegins(offset: Offset): void {
    if (offset > this.#startAtMost) this.#startAtMost = offset;
    this.#dropInDoubt = true;
  }

  dropPrefixDone(offset: Offset): void {
    this.#dropInDoubt = false;
    if (offset > this.#startAtLeast) this.#startAtLeast = offset;
  }

  resetBegins(offset: Offset): void {
    this.#replace([]);
    if (offset < this.#startAtLeast) this.#startAtLeast = offset;
    if (offset > this.#startAtMost) this.#startAtMost = offset;
  }

  /** Emptied by a truncation below its start: seen by all from now on, but maybe not yet durable. */
  resetTruncationDone(offset: Offset): void {
    this.replaceDone();
    this.#writtenTo = offset;
  }

  resetDone(offset: Offset): void {
    this.#earlier = [];
    this.#dropInDoubt = false;
    this.#startAtLeast = offset;
    this.#startAtMost = offset;
    this.#durableTo = offset;
    this.#writtenTo = offset;
  }

  snapshotBegins(name: string, bytes: Uint8Array): void {
    this.#snapshots.set(name, [...this.#snapshotsOf(name), bytes]);
  }

  snapshotDone(name: string, bytes: Uint8Array): void {
    this.#snapshots.set(name, [bytes]);
  }

  closeDone(startOffset: Offset, endOffset: Offset): void {
    this.#startAtLeast = startOffset;
    if (!this.#dropInDoubt) this.#startAtMost = startOffset;
    this.#durableTo = endOffset;
    this.#writtenTo = endOffset;
    this.#earlier = [];
  }

  /** Whether something failed that may be found done all the same. */
  get isInDoubt(): boolean {
    return this.#earlier.some(({ settled }) => !settled);
  }

  /** What is wrong with what is found, if something is; else it is what there is from now on. */
  found(ending: Ending, log: FoundLog): string | undefined {
    const { startOffset, endOffset } = log;
    if (startOffset < this.#startAtLeast || startOffset > this.#startAtMost) {
      const range = `${this.#startAtLeast} to ${this.#startAtMost}`;
      return `the log starts at ${startOffset}, not within ${range}`;
    }
    if (endOffset < startOffset) return `the log ends at ${endOffset}, before its start`;
    const requiredTo = ending === 'power loss' ? this.#durableTo : this.#writtenTo;
    let candidates = [
      this.batches,
      ...this.#earlier
        .filter(({ settled }) => ending === 'power loss' || !settled)
        .map(({ batches }) => batches),
    ];
    for (const swap of this.#swaps) {
      candidates = candidates.flatMap((batches) => [batches, swapped(batches, swap)]);
    }
    const swappedTo = this.#swappedTo;
    const match = candidates.find((batches) => isBeginning(log, batches, requiredTo, swappedTo));
    if (match === undefined) return this.#describe(log, requiredTo, candidates);
    if (ending !== 'failure') this.#swaps = [];
    const last = log.batches.length === 0 ? -1n : endOffset - 1n;
    this.#adopt(
      ending,
      log,
      match.filter((batch) => batch.lastOffset < startOffset || batch.lastOffset <= last),
    );
    return undefined;
  }

  snapshotFound(ending: Ending, name: string, bytes: Uint8Array | undefined): string | undefined {
    const allowed = this.#snapshots.get(name) ?? [];
    if (bytes === undefined) {
      const isRequired = allowed.length > 0 && !allowed.includes(NOTHING);
      return isRequired ? `snapshot ${name} is lost` : undefined;
    }
    const found = allowed.find((value) => value !== NOTHING && Buffer.compare(value, bytes) === 0);
    if (found === undefined) return `snapshot ${name} was never written as it is found`;
    if (ending === 'power loss') this.#snapshots.set(name, [found]);
    return undefined;
  }

  #snapshotsOf(name: string): readonly Uint8Array[] {
    return this.#snapshots.get(name) ?? [NOTHING];
  }

  #replace(kept: readonly SampleBatch[]): void {
    this.#earlier.push({ batches: this.batches, settled: false });
    this.batches = kept;
    const endOffset = (kept.at(-1)?.lastOffset ?? -1n) + 1n;
    if (endOffset < this.#durableTo) this.#durableTo = endOffset;
    if (endOffset < this.#writtenTo) this.#writtenTo = endOffset;
  }

  #adopt(ending: Ending, log: FoundLog, batches: readonly SampleBatch[]): void {
    if (ending === 'power loss') {
      // What is on the device now is there to stay.
      this.batches = batches;
      this.#dropInDoubt = false;
      this.closeDone(log.startOffset, log.endOffset);
      return;
    }
    this.#earlier.push({ batches: this.batches, settled: ending !== 'failure' });
    if (ending !== 'failure') this.replaceDone();
    this.batches = batches;
    if (ending !== 'failure' || log.endOffset < this.#writtenTo) this.#writtenTo = log.endOffset;
  }

  #describe(
    log: FoundLog,
    requiredTo: Offset,
    candidates: readonly (readonly SampleBatch[])[],
  ): string {
    const known = new Map(candidates.flat().map((batch) => [nameOf(batch.bytes), batch]));
    const found = log.batches.map((bytes) =>
      known.has(nameOf(bytes)) ? nameOf(bytes) : `${nameOf(bytes)} UNKNOWN`,
    );
    const wanted = candidates.map((batches) => batches.map(({ bytes }) => nameOf(bytes)).join(' '));
    return (
      `found ${log.startOffset}..${log.endOffset} [${found.join(' ')}], ` +
      `which up to ${requiredTo} should begin one of\n  ${wanted.join('\n  ')}`
    );
  }
}

/** Stands for a snapshot that was not written yet. */
const NOTHING = new Uint8Array();

/** Whether the log holds the batches from its start on, as far as they are required and maybe further. */
function isBeginning(
  log: FoundLog,
  batches: readonly SampleBatch[],
  requiredTo: Offset,
  swappedTo: Offset,
): boolean {
  const expected = batches.filter(({ lastOffset }) => lastOffset >= log.startOffset);
  const { length } = log.batches;
  if (length > expected.length) return false;
  const missing = expected.slice(length);
  if (missing.some(({ lastOffset }) => lastOffset < requiredTo)) return false;
  const last = expected[length - 1];
  if (last !== undefined && log.endOffset !== last.lastOffset + 1n) {
    if (log.endOffset <= last.lastOffset || log.endOffset > swappedTo) return false;
  }
  return log.batches.every((bytes, i) => Buffer.compare(bytes, expected[i]!.bytes) === 0);
}

function swapped(batches: readonly SampleBatch[], swap: Swap): readonly SampleBatch[] {
  return batches.flatMap((batch) => (swap.has(batch) ? (swap.get(batch) ?? []) : [batch]));
}

/** Base offset and seed, which the leader epoch holds. */
function nameOf(batch: Uint8Array): string {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  return `${view.getBigInt64(0)}#${view.getInt32(12)}`;
}
