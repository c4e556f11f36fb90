import type { CoordinatorContext } from '../../coordinator/coordinator-shard.ts';

/** How long a group that gets its first member waits for more of them, before tasks are assigned for the first time. */
export class InitialRebalanceDelay {
  readonly #context: CoordinatorContext;
  readonly #over: (groupId: string) => void;
  readonly #active = new Set<string>();

  constructor(context: CoordinatorContext, over: (groupId: string) => void) {
    this.#context = context;
    this.#over = over;
  }

  isActive(groupId: string): boolean {
    return this.#active.has(groupId);
  }

  /** One that has begun is not prolonged. */
  begin(groupId: string, delayMs: number): void {
    if (delayMs <= 0 || this.#active.has(groupId)) return;
    this.#active.add(groupId);
    this.#context.schedule(keyOf(groupId), delayMs, () => {
      this.#active.delete(groupId);
      this.#over(groupId);
    });
  }

  cancel(groupId: string): void {
    if (this.#active.delete(groupId)) this.#context.cancel(keyOf(groupId));
  }
}

function keyOf(groupId: string): string {
  return `streams-initial-rebalance\0${groupId}`;
}
