/**
 * Hands out what compares least. Which of several equal ones comes first is settled by where they lie in the heap, which
 * is laid out as Java's PriorityQueue is: so assignments come out as Kafka makes them.
 */
export class BinaryHeap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #entries: T[] = [];

  constructor(compare: (a: T, b: T) => number, entries: Iterable<T> = []) {
    this.#compare = compare;
    for (const entry of entries) this.add(entry);
  }

  get size(): number {
    return this.#entries.length;
  }

  add(entry: T): void {
    const entries = this.#entries;
    let place = entries.length;
    entries.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = entries[parent] as T;
      if (this.#compare(entry, above) >= 0) break;
      entries[place] = above;
      place = parent;
    }
    entries[place] = entry;
  }

  poll(): T | undefined {
    const entries = this.#entries;
    const least = entries[0];
    const last = entries.pop();
    if (entries.length > 0) this.#sink(last as T);
    return least;
  }

  /** Puts the entry where the first was, and further down as long as one below it is less. */
  #sink(entry: T): void {
    const entries = this.#entries;
    const { length } = entries;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= length) break;
      const isRightLess =
        child + 1 < length && this.#compare(entries[child] as T, entries[child + 1] as T) > 0;
      if (isRightLess) child++;
      const below = entries[child] as T;
      if (this.#compare(entry, below) <= 0) break;
      entries[place] = below;
      place = child;
    }
    entries[place] = entry;
  }
}
