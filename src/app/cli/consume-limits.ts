/** How far a consumer reads: so many records, or up to given offsets, or without end. */
export class ConsumeLimits {
  /** How many records were let through. */
  taken = 0;
  #left: number;
  readonly #ends: ReadonlyMap<number, bigint> | undefined;

  constructor(count: number | undefined, ends: ReadonlyMap<number, bigint> | undefined) {
    this.#left = count ?? Number.POSITIVE_INFINITY;
    this.#ends = ends;
  }

  /** Whether it ends at given offsets. */
  get bounded(): boolean {
    return this.#ends !== undefined;
  }

  get exhausted(): boolean {
    return this.#left <= 0;
  }

  /** Whether nothing more is wanted of a partition that is read up to `position`. */
  reached(partition: number, position: bigint): boolean {
    const end = this.#ends?.get(partition);
    return end !== undefined && position >= end;
  }

  /** The records that are still within the limits; they count as taken. */
  take<R extends { readonly offset: bigint }>(
    partition: number,
    records: readonly R[],
  ): readonly R[] {
    const end = this.#ends?.get(partition);
    const within = end === undefined ? records : records.filter(({ offset }) => offset < end);
    const taken = within.length > this.#left ? within.slice(0, this.#left) : within;
    this.#left -= taken.length;
    this.taken += taken.length;
    return taken;
  }
}
