/**
 * Members by their load, of which the one with the least and the one with the most are asked for again and again. Loads
 * that change must stay between the two. An entry that no longer tells the member's load is passed over.
 */
export class LoadLevels {
  readonly #loads: Int32Array;
  readonly #takers = new Map<number, number[]>();
  readonly #givers = new Map<number, number[]>();
  #lowest: number;
  #highest: number;

  constructor(loads: Int32Array, members: readonly number[]) {
    this.#loads = loads;
    this.#lowest = Number.POSITIVE_INFINITY;
    this.#highest = Number.NEGATIVE_INFINITY;
    for (const member of members) {
      const load = loads[member] as number;
      this.#lowest = Math.min(this.#lowest, load);
      this.#highest = Math.max(this.#highest, load);
      put(this.#givers, load, member);
    }
    // Taken from the end: the first member is asked first.
    for (const member of [...members].reverse()) put(this.#takers, loads[member] as number, member);
  }

  get spread(): number {
    return this.#highest - this.#lowest;
  }

  least(): number {
    for (;;) {
      const member = this.#top(this.#takers, this.#lowest);
      if (member !== undefined) return member;
      this.#lowest++;
    }
  }

  /** The member with the most that can give; who cannot is not asked again. */
  most(canGive: (member: number) => boolean): number | undefined {
    for (; this.#highest > this.#lowest; this.#highest--) {
      for (;;) {
        const member = this.#top(this.#givers, this.#highest);
        if (member === undefined) break;
        if (canGive(member)) return member;
        this.#givers.get(this.#highest)?.pop();
      }
    }
    return undefined;
  }

  /** The member's load is another by now. */
  changed(member: number): void {
    const load = this.#loads[member] as number;
    put(this.#givers, load, member);
    put(this.#takers, load, member);
  }

  #top(levels: ReadonlyMap<number, number[]>, load: number): number | undefined {
    const members = levels.get(load);
    while (members !== undefined && members.length > 0) {
      const member = members.at(-1) as number;
      if (this.#loads[member] === load) return member;
      members.pop();
    }
    return undefined;
  }
}

function put(levels: Map<number, number[]>, load: number, member: number): void {
  const members = levels.get(load);
  if (members === undefined) levels.set(load, [member]);
  else members.push(member);
}
