/**
 * Bytes of answers that the clients of all connections of a broker have not read yet. While they are many, each connection may
 * have only a few: clients that do not read are not served further, all others are.
 */
export class AnswerBacklog {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isLarge(): boolean {
    return this.#bytes >= this.#bytesMax;
  }

  /** For a connection that had `before` of them and has `now`. */
  changed(before: number, now: number): void {
    this.#bytes += now - before;
  }
}
