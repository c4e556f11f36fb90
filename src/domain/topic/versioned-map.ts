/** Read by key, an older version is as many steps away as changes were made since; beyond this it gets a map of its own. */
const STEPS_MAX = 64;

/** What leads from an older version to the one made from it. */
interface Step<K, V> {
  /** What was there before, undefined where nothing was. */
  readonly before: ReadonlyMap<K, V | undefined>;
  readonly next: VersionedMap<K, V>;
}

/**
 * A map that never changes, and from which a changed one is made at the cost of what changes, however large it is: the newest
 * version owns the one table there is, and those it was made from know how they differ from it (Baker's persistent arrays). In
 * the order of a `Map`.
 */
export class VersionedMap<K, V> implements ReadonlyMap<K, V> {
  readonly size: number;
  /** Undefined once a newer version has it. */
  #table: Map<K, V> | undefined;
  #step: Step<K, V> | undefined;

  private constructor(table: Map<K, V>) {
    this.#table = table;
    this.size = table.size;
  }

  /** The map itself if it is one already, else a copy. */
  static of<K, V>(map: ReadonlyMap<K, V>): VersionedMap<K, V> {
    return map instanceof VersionedMap ? map : new VersionedMap(new Map(map));
  }

  /** With these values set, and those keys gone whose value is undefined. */
  with(changes: ReadonlyMap<K, V | undefined>): VersionedMap<K, V> {
    if (changes.size === 0) return this;
    const table = this.#step === undefined ? this.#own() : new Map(this.#own());
    const before = new Map<K, V | undefined>();
    for (const [key, value] of changes) {
      before.set(key, table.get(key));
      if (value === undefined) table.delete(key);
      else table.set(key, value);
    }
    const next = new VersionedMap<K, V>(table);
    if (this.#table === table) {
      this.#table = undefined;
      this.#step = { before, next };
    }
    return next;
  }

  /** The keys that may differ in a version that this one led to; undefined where it did not, or not in few steps. */
  changesUpTo(newer: VersionedMap<K, V>): ReadonlySet<K> | undefined {
    const keys = new Set<K>();
    if (newer === this) return keys;
    let steps = 0;
    for (const { before, next } of VersionedMap.#stepsFrom(this)) {
      for (const key of before.keys()) keys.add(key);
      if (next === newer) return keys;
      steps += 1;
      if (steps === STEPS_MAX) return undefined;
    }
    return undefined;
  }

  get(key: K): V | undefined {
    if (this.#table !== undefined) return this.#table.get(key);
    let steps = 0;
    for (const { before, next } of VersionedMap.#stepsFrom(this)) {
      if (before.has(key)) return before.get(key);
      if (next.#table !== undefined) return next.#table.get(key);
      steps += 1;
      if (steps === STEPS_MAX) break;
    }
    return this.#own().get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** Of what there is now: a newer version may be made meanwhile. */
  keys(): MapIterator<K> {
    return [...this.#own().keys()].values();
  }

  values(): MapIterator<V> {
    return [...this.#own().values()].values();
  }

  entries(): MapIterator<[K, V]> {
    return [...this.#own()].values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  /** Up to the newest version. */
  static *#stepsFrom<Key, Value>(
    version: VersionedMap<Key, Value>,
  ): Generator<Step<Key, Value>, undefined> {
    for (let step = version.#step; step !== undefined; step = step.next.#step) yield step;
  }

  /** The table, or for an older version one that is made of the newest and what changed since. */
  #own(): Map<K, V> {
    if (this.#table !== undefined) return this.#table;
    const steps: Step<K, V>[] = [];
    for (const step of VersionedMap.#stepsFrom(this)) {
      steps.push(step);
      if (step.next.#table !== undefined) break;
    }
    const table = new Map(steps.at(-1)!.next.#table);
    for (const { before } of steps.reverse()) {
      for (const [key, value] of before) {
        if (value === undefined) table.delete(key);
        else table.set(key, value);
      }
    }
    this.#table = table;
    return table;
  }
}

/** The keys under which two versions of a map may have something else: few where one was made from the other. */
export function changedKeys<K, V>(before: ReadonlyMap<K, V>, now: ReadonlyMap<K, V>): Iterable<K> {
  if (before === now) return [];
  const isKnown = before instanceof VersionedMap && now instanceof VersionedMap;
  const changed = isKnown ? (before as VersionedMap<K, V>).changesUpTo(now) : undefined;
  return changed ?? new Set([...before.keys(), ...now.keys()]);
}
