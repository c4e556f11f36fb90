import type { Random } from '../../ports/random.ts';

interface Cancellable {
  cancel(): void;
}

/** Clients cancel over a second connection, by the key that the first one was given. */
export class CancelKeys {
  readonly #random: Random;
  readonly #byProcessId = new Map<
    number,
    { readonly secretKey: number; readonly of: Cancellable }
  >();
  #nextId = 1;

  constructor(random: Random) {
    this.#random = random;
  }

  add(of: Cancellable): { readonly processId: number; readonly secretKey: number } {
    const processId = this.#nextId;
    this.#nextId = processId === 0x7fffffff ? 1 : processId + 1;
    // The first 32 bits of a version 4 uuid are all random.
    const secretKey = Number.parseInt(this.#random.uuid().slice(0, 8), 16) | 0;
    this.#byProcessId.set(processId, { secretKey, of });
    return { processId, secretKey };
  }

  delete(processId: number): void {
    this.#byProcessId.delete(processId);
  }

  /** A wrong key changes nothing, and nobody is told. */
  cancel(processId: number, secretKey: number): void {
    const found = this.#byProcessId.get(processId);
    if (found?.secretKey === secretKey) found.of.cancel();
  }
}
