import type { SeededRandom } from './seeded-random.ts';
import type { Fault } from './simulated-files.ts';

/** Operations that fail, one by one or all of a time. */
export class FaultPlan {
  active = false;
  /** How many look at what is there, which nothing must disturb. */
  paused = 0;
  readonly #random: SeededRandom;
  readonly #kind: Fault;
  readonly #probability: number;
  readonly #from: number;
  readonly #to: number;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#kind = random.pick(['EIO', 'ENOSPC', 'short']);
    this.#probability = random.pick([0.02, 0.1, 1]);
    this.#from = random.between(0, 150);
    this.#to = this.#from + random.between(1, 60);
  }

  at(operation: number): Fault | undefined {
    if (!this.active || this.paused > 0) return undefined;
    if (operation < this.#from || operation > this.#to) return undefined;
    return this.#random.chance(this.#probability) ? this.#kind : undefined;
  }
}
