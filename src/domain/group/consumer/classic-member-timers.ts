import type { CoordinatorContext } from '../../coordinator/coordinator-shard.ts';

/** Until when members of the classic protocol have to join again, and to ask for their assignment. */
export class ClassicMemberTimers {
  readonly #context: CoordinatorContext;
  readonly #late: (groupId: string, memberId: string) => void;
  /** Those that were told to join and have not. */
  readonly #joins = new Set<string>();

  constructor(context: CoordinatorContext, late: (groupId: string, memberId: string) => void) {
    this.#context = context;
    this.#late = late;
  }

  /** Kafka's scheduleIfAbsent: a member that is told to join again and again has no more time for that. */
  expectJoin(groupId: string, memberId: string, rebalanceTimeoutMs: number): void {
    const timer = joinTimer(groupId, memberId);
    if (this.#joins.has(timer)) return;
    this.#joins.add(timer);
    this.#context.schedule(timer, rebalanceTimeoutMs, () => {
      this.#joins.delete(timer);
      this.#late(groupId, memberId);
    });
  }

  joined(groupId: string, memberId: string): void {
    const timer = joinTimer(groupId, memberId);
    this.#joins.delete(timer);
    this.#context.cancel(timer);
  }

  expectSync(groupId: string, memberId: string, rebalanceTimeoutMs: number): void {
    this.#context.schedule(syncTimer(groupId, memberId), rebalanceTimeoutMs, () =>
      this.#late(groupId, memberId),
    );
  }

  synced(groupId: string, memberId: string): void {
    this.#context.cancel(syncTimer(groupId, memberId));
  }
}

function joinTimer(groupId: string, memberId: string): string {
  return `consumer-join\0${groupId}\0${memberId}`;
}

function syncTimer(groupId: string, memberId: string): string {
  return `consumer-sync\0${groupId}\0${memberId}`;
}
