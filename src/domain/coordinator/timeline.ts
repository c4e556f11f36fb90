/**
 * Changes of a state that are made before their records are stored, and how to take them back (Kafka's SnapshotRegistry).
 * Whoever changes the state tells the opposite of each change first.
 */
export class Timeline {
  #opposites: (() => void)[] = [];
  #recording = false;

  /** Runs a change that may be taken back; gives how many steps it took. One that throws has changed nothing. */
  record(change: () => void): number {
    const before = this.#opposites.length;
    this.#recording = true;
    try {
      change();
    } catch (error) {
      this.#revertTo(before);
      throw error;
    } finally {
      this.#recording = false;
    }
    return this.#opposites.length - before;
  }

  /** Told before each step; does nothing while records of the log are replayed, which are there for good. */
  onRevert(opposite: () => void): void {
    if (this.#recording) this.#opposites.push(opposite);
  }

  /** The oldest steps are stored and stay. */
  keep(steps: number): void {
    this.#opposites.splice(0, steps);
  }

  /** Takes back all that is not stored, the newest first. */
  revert(): void {
    this.#revertTo(0);
  }

  #revertTo(position: number): void {
    this.#recording = false;
    for (const opposite of this.#opposites.splice(position).reverse()) opposite();
  }
}
