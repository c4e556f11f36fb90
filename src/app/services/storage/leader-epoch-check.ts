import type { LogSnapshot } from '../../../domain/log/log-snapshot.ts';
import * as header from '../../../domain/record/record-batch-header.ts';
import type { Offset } from '../../../domain/topic-partition.ts';

export interface LeaderEpochBounds {
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Whether a batch's leader epoch, which no checksum covers, can be its own: it is what the log's last snapshot says,
 * and behind that it never falls and is within what the partition has had.
 */
export class LeaderEpochCheck {
  readonly #snapshot: LogSnapshot | undefined;
  readonly #startOffset: Offset;
  readonly #highest: number;
  #lowest: number;

  constructor(
    startOffset: Offset,
    { lowest, highest }: LeaderEpochBounds,
    snapshot: LogSnapshot | undefined,
  ) {
    this.#startOffset = startOffset;
    this.#snapshot = snapshot;
    this.#lowest = lowest;
    this.#highest = highest;
  }

  check(view: DataView): string | undefined {
    const epoch = header.readPartitionLeaderEpoch(view, 0);
    const known = this.#known(header.readBaseOffset(view, 0));
    if (known !== undefined && epoch !== known) {
      return `its leader epoch is ${epoch}, the log's snapshot says ${known}`;
    }
    if (epoch < this.#lowest) return `its leader epoch ${epoch} is below ${this.#lowest}`;
    if (epoch > this.#highest) {
      return `its leader epoch is ${epoch}, though the partition has come to ${this.#highest} only`;
    }
    this.#lowest = epoch;
    return undefined;
  }

  #known(offset: Offset): number | undefined {
    if (this.#snapshot === undefined || offset < this.#startOffset) return undefined;
    if (offset >= this.#snapshot.offset) return undefined;
    return this.#snapshot.state.leaderEpochs.epochForOffset(offset);
  }
}
