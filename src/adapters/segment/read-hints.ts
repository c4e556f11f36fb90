import type { LogSegment } from './log-segment.ts';

const REMEMBERED = 8;

/**
 * Where the last reads of a log ended: a consumer goes on from there, so that no batch has to be read only
 * to find the next one.
 */
export class ReadHints {
  readonly #segments: (LogSegment | undefined)[] = new Array(REMEMBERED).fill(undefined);
  readonly #relatives = new Float64Array(REMEMBERED);
  readonly #positions = new Float64Array(REMEMBERED);
  #next = 0;
  #cuts = 0;

  /** The position of the first batch from `relative` on, or -1. */
  find(segment: LogSegment, relative: number, cuts: number): number {
    if (cuts !== this.#cuts) {
      this.#segments.fill(undefined);
      this.#cuts = cuts;
      return -1;
    }
    for (let at = 0; at < REMEMBERED; at++) {
      if (this.#relatives[at] === relative && this.#segments[at] === segment) {
        return this.#positions[at]!;
      }
    }
    return -1;
  }

  remember(segment: LogSegment, relative: number, position: number, cuts: number): void {
    if (cuts !== this.#cuts || this.find(segment, relative, cuts) >= 0) return;
    this.#segments[this.#next] = segment;
    this.#relatives[this.#next] = relative;
    this.#positions[this.#next] = position;
    this.#next = (this.#next + 1) % REMEMBERED;
  }
}
