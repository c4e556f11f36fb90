import type { Record } from '../../../domain/record/record.ts';
import { type DecodeOptions, decodeRecordBatch } from '../../../domain/record/record-batch.ts';
import { readLastOffset, viewOf } from '../../../domain/record/record-batch-header.ts';
import { batchesOf } from '../../../domain/record/record-batches.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { LedLog } from '../partition/led-log.ts';

/** What the log has from one offset to another. */
interface Window {
  readonly from: Offset;
  readonly lastOffset: Offset;
  readonly records: ReadonlyMap<Offset, Record>;
}

/** The records of a log by their offsets, for who asks for them in their order. One batch is held at a time. */
export class SourceRecords {
  readonly #log: Pick<LedLog, 'read'>;
  readonly #options: DecodeOptions;
  #window: Window | undefined;

  constructor(log: Pick<LedLog, 'read'>, options: DecodeOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** Undefined where there is none any more, where it cannot be decoded, and where a transaction has its marker. */
  async at(offset: Offset): Promise<Record | undefined> {
    const known = this.#window;
    if (known === undefined || offset < known.from || offset > known.lastOffset) {
      this.#window = await this.#read(offset);
    }
    return this.#window?.records.get(offset);
  }

  async #read(from: Offset): Promise<Window | undefined> {
    // One byte: the batch alone that has the offset, or the next one.
    const options = { maxBytes: 1, minOneMessage: true, isolation: 'read_uncommitted' } as const;
    const info = await this.#log.read(from, options);
    try {
      for (const slice of info.slices) {
        for (const { bytes } of batchesOf(slice)) {
          const lastOffset = readLastOffset(viewOf(bytes), 0);
          if (lastOffset >= from) return { from, lastOffset, records: this.#recordsOf(bytes) };
        }
      }
      return undefined;
    } finally {
      info.release();
    }
  }

  #recordsOf(bytes: Uint8Array): ReadonlyMap<Offset, Record> {
    // The records are views of their batch, and what was read is not ours for long.
    const batch = decodeRecordBatch(Uint8Array.from(bytes), this.#options);
    if (batch.control) return new Map();
    return new Map(batch.records.map((record) => [record.offset, record]));
  }
}
