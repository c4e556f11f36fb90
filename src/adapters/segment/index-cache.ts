/** What holds indexes that are on disk as well. */
export interface IndexHolder {
  readonly indexBytes: number;
  /** Lets go of the indexes, unless they are needed. */
  dropIndexes(): boolean;
}

/** Bounds the memory of closed segments' indexes: those not used for longest are read again when needed. */
export class IndexCache {
  readonly #limitBytes: number;
  readonly #holders = new Map<IndexHolder, number>();
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  used(holder: IndexHolder): void {
    this.forget(holder);
    const bytes = holder.indexBytes;
    this.#holders.set(holder, bytes);
    this.#heldBytes += bytes;
    if (this.#heldBytes <= this.#limitBytes) return;
    for (const other of this.#holders.keys()) {
      if (this.#heldBytes <= this.#limitBytes) return;
      if (other !== holder && other.dropIndexes()) this.forget(other);
    }
  }

  forget(holder: IndexHolder): void {
    const bytes = this.#holders.get(holder);
    if (bytes === undefined) return;
    this.#holders.delete(holder);
    this.#heldBytes -= bytes;
  }
}
