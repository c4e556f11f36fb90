import type { SqlPosition } from '../sql/sql-error.ts';

interface Segment {
  /** Where it starts in the text that was made. */
  readonly made: number;
  /** Where it came from. */
  readonly original: number;
  readonly isCopied: boolean;
}

/** A text that is made of pieces of another one and of new ones, and knows where each came from. */
export class MappedText {
  #text = '';
  readonly #segments: Segment[] = [];

  get text(): string {
    return this.#text;
  }

  /** A piece as it was. */
  copy(text: string, at: number): void {
    const last = this.#segments.at(-1);
    if (last?.isCopied !== true || last.original + this.#text.length - last.made !== at) {
      this.#segments.push({ made: this.#text.length, original: at, isCopied: true });
    }
    this.#text += text;
  }

  /** A piece that stands for what was at `at`. */
  replace(text: string, at: number): void {
    this.#segments.push({ made: this.#text.length, original: at, isCopied: false });
    this.#text += text;
  }

  /** The index in the original text that a place in this one came from. */
  originalIndex({ line, column }: SqlPosition): number {
    const index = indexOf(this.#text, line, column);
    let found: Segment = { made: 0, original: 0, isCopied: true };
    for (const segment of this.#segments) {
      if (segment.made > index) break;
      found = segment;
    }
    return found.original + (found.isCopied ? index - found.made : 0);
  }
}

function indexOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}
