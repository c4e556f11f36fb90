import { KafkaError } from '../kafka-error.ts';
import type { Offset } from '../topic-partition.ts';

interface Range {
  readonly fromOffset: Offset;
  readonly toOffset: Offset;
}

/** The places of the runs that make up a range, the second one behind it; throws where there are none. */
export function placesOf(
  runs: readonly Range[],
  { fromOffset, toOffset }: Range,
): [number, number] {
  const first = runs.findIndex((run) => run.fromOffset === fromOffset);
  const last = runs.findIndex((run) => run.toOffset === toOffset);
  if (first >= 0 && last >= first) return [first, last + 1];
  const message = `what lies from ${fromOffset} to ${toOffset} cannot be replaced: no closed runs of batches begin and end there`;
  throw new KafkaError('KAFKA_STORAGE_ERROR', message);
}

/** Whether the batches that replace those of a range rise and lie within it. */
export class ReplacementOrder {
  readonly #toOffset: Offset;
  #next: Offset;

  constructor({ fromOffset, toOffset }: Range) {
    this.#next = fromOffset;
    this.#toOffset = toOffset;
  }

  /** Throws for a batch that does not fit. */
  check({ baseOffset, lastOffset }: { readonly baseOffset: Offset; readonly lastOffset: Offset }) {
    if (baseOffset < this.#next || lastOffset < baseOffset || lastOffset >= this.#toOffset) {
      const message = `a batch from ${baseOffset} to ${lastOffset} does not fit between ${this.#next} and ${this.#toOffset}`;
      throw new KafkaError('KAFKA_STORAGE_ERROR', message);
    }
    this.#next = lastOffset + 1n;
  }
}

/** For a second replacement of a log at the same time, and for one whose range was cut meanwhile. */
export function refusedReplacement(why: string): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', `the batches cannot be replaced: ${why}`);
}
