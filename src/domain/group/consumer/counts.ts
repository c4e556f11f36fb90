/** How often each key is there; one that is not there any more is forgotten. */
export class Counts<Key> {
  readonly #counts = new Map<Key, number>();

  get(key: Key): number {
    return this.#counts.get(key) ?? 0;
  }

  keys(): Iterable<Key> {
    return this.#counts.keys();
  }

  add(key: Key, change: number): void {
    const count = this.get(key) + change;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }

  /** Nothing and the empty text do not count. */
  replace(old: Key | null | undefined, key: Key | null | undefined): void {
    if (old === key) return;
    if (old) this.add(old, -1);
    if (key) this.add(key, 1);
  }

  /** The key that is there most often, of several the first. */
  most(): Key | null {
    let most: Key | null = null;
    for (const [key, count] of this.#counts) {
      if (most === null || count > this.get(most)) most = key;
    }
    return most;
  }
}
