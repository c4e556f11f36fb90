import { KafkaError } from '../../domain/kafka-error.ts';
import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import type { KeyValueEntries, KeyValueQuery } from '../../ports/key-value-database.ts';
import type { LogReadRequest, LogReadResult } from '../../ports/log-store.ts';
import { checkBatch } from './batch-check.ts';
import type { KeyValueContext } from './key-value-context.ts';
import { batchRange } from './log-keys.ts';
import type { LogPiece } from './log-segments.ts';
import { earlierOf, laterOf } from './offsets.ts';

/** Entries of one read, so that no read of small batches lasts long. */
const BATCHES_MAX = 4096;
/** Batches smaller than this on average are given as one run: pieces cost more than a copy then. */
const SMALL_BYTES = 4096;
/** Damaged offsets of a log that are remembered as told. */
const TOLD_MAX = 1000;
const NOTHING_TO_RELEASE = () => {};
const NOTHING: LogReadResult = { slices: [], release: NOTHING_TO_RELEASE };

/** What a reader has to know of a log, as it is at the time of a read. */
export interface ReadableLog {
  readonly id: TopicIdPartition;
  readonly startOffset: Offset;
  readonly endOffset: Offset;
  /** Where the batch that holds an offset is. */
  pieceOf(offset: Offset): LogPiece;
}

/** Reads batches, and gives none that is not what was written. */
export class LogReader {
  readonly #context: KeyValueContext;
  readonly #log: ReadableLog;
  readonly #told = new Set<string>();

  constructor(context: KeyValueContext, log: ReadableLog) {
    this.#context = context;
    this.#log = log;
  }

  read(request: LogReadRequest): LogReadResult | Promise<LogReadResult> {
    return this.#readFrom(laterOf(request.fromOffset, this.#log.startOffset), request);
  }

  /** Within one piece; in a gap at its end the next one has the batch. */
  #readFrom(from: Offset, request: LogReadRequest): LogReadResult | Promise<LogReadResult> {
    const { database, pace } = this.#context;
    const upTo = earlierOf(request.upTo, this.#log.endOffset);
    if (from >= upTo || (request.maxBytes <= 0 && !request.minOneBatch)) return NOTHING;
    const piece = this.#log.pieceOf(from);
    const goOn = (found: KeyValueEntries): LogReadResult | Promise<LogReadResult> => {
      if (found.length === 0 && piece.to !== undefined) return this.#readFrom(piece.to, request);
      return this.#resultOf(found, request, from);
    };
    const query = {
      ...batchRange(piece.data, from, earlierOf(upTo, piece.to ?? upTo)),
      values: true,
      limit: BATCHES_MAX,
      maxBytes: Math.max(0, request.maxBytes),
      mayBlock: pace.mayReadSync(),
    };
    const startedMs = performance.now();
    let entries: KeyValueEntries | Promise<KeyValueEntries>;
    try {
      entries = database.read(query);
    } catch (error) {
      return this.#readCarefully(query, request, from, error);
    }
    if (entries instanceof Promise) {
      return entries.then(goOn, (error) => this.#readCarefully(query, request, from, error));
    }
    const bytes = entries.reduce((sum, [, value]) => sum + value.length, 0);
    pace.took(bytes, performance.now() - startedMs);
    return goOn(entries);
  }

  /** One batch after another, up to the one that the database cannot read. */
  async #readCarefully(
    query: KeyValueQuery,
    request: LogReadRequest,
    from: Offset,
    cause: unknown,
  ): Promise<LogReadResult> {
    const entries: KeyValueEntries[number][] = [];
    let { gte } = query;
    try {
      for (let bytes = 0; bytes <= request.maxBytes; ) {
        const [entry] = await this.#context.database.read({ ...query, gte, limit: 1 });
        if (entry === undefined) break;
        entries.push(entry);
        bytes += entry[1].length;
        gte = Buffer.concat([entry[0], Uint8Array.of(0)]);
      }
    } catch (error) {
      if (entries.length === 0) throw this.#damaged(from, String(error), error);
      this.#context.logger.error({ err: cause }, `${this.#name} can be read in part only`);
    }
    return this.#resultOf(entries, request, from);
  }

  #resultOf(entries: KeyValueEntries, request: LogReadRequest, from: Offset): LogReadResult {
    const slices: Uint8Array[] = [];
    let size = 0;
    let position: number | undefined;
    let at = from;
    for (const [keyBytes, value] of entries) {
      const isFirst = slices.length === 0;
      if (size + value.length > request.maxBytes && !(isFirst && request.minOneBatch)) break;
      const checked = checkBatch(keyBytes, value, this.#context.readChecksum);
      let damage = 'damage' in checked ? checked.damage : undefined;
      if ('key' in checked) {
        const { key } = checked;
        if (position !== undefined && key.position !== position) damage = 'batches are missing';
        position = key.position + key.sizeBytes;
        if (damage === undefined) at = key.lastOffset + 1n;
      }
      if (damage !== undefined) {
        const error = this.#damaged(at, damage);
        if (isFirst) throw error;
        break;
      }
      slices.push(value);
      size += value.length;
    }
    if (slices.length > 1 && size / slices.length < SMALL_BYTES) {
      return { slices: [Buffer.concat(slices, size)], release: NOTHING_TO_RELEASE };
    }
    return { slices, release: NOTHING_TO_RELEASE };
  }

  get #name(): string {
    const { topic, partition } = this.#log.id;
    return `${topic}-${partition}`;
  }

  #damaged(from: Offset, what: string, cause?: unknown): KafkaError {
    const { topic, partition } = this.#log.id;
    const message = `${this.#name} is damaged at offset ${from}: ${what}`;
    const offset = String(from);
    // A consumer asks again and again.
    if (!this.#told.has(offset)) {
      if (this.#told.size >= TOLD_MAX) this.#told.clear();
      this.#told.add(offset);
      this.#context.logger.error({ topic, partition, offset, err: cause }, message);
    }
    return new KafkaError('CORRUPT_MESSAGE', message, { cause });
  }
}
