import type { CoordinatorContext } from '../../coordinator/coordinator-shard.ts';

type Purpose = 'session' | 'rebalance' | 'join' | 'sync';

const DUTIES: readonly Purpose[] = ['rebalance', 'join', 'sync'];

/** Until when members have to do something. What fires too late finds nobody, and does nothing. */
export class MemberTimers {
  readonly #context: CoordinatorContext;
  /** Those of which only the first counts. */
  readonly #joins = new Set<string>();

  constructor(context: CoordinatorContext) {
    this.#context = context;
  }

  schedule(
    purpose: Purpose,
    groupId: string,
    memberId: string,
    delayMs: number,
    expired: () => void,
  ): void {
    this.#context.schedule(keyOf(purpose, groupId, memberId), delayMs, expired);
  }

  /** Kafka's scheduleIfAbsent: a member that is told to join again and again has no more time for that. */
  scheduleJoin(groupId: string, memberId: string, delayMs: number, expired: () => void): void {
    const key = keyOf('join', groupId, memberId);
    if (this.#joins.has(key)) return;
    this.#joins.add(key);
    this.#context.schedule(key, delayMs, () => {
      this.#joins.delete(key);
      expired();
    });
  }

  cancel(purpose: Purpose, groupId: string, memberId: string): void {
    const key = keyOf(purpose, groupId, memberId);
    this.#joins.delete(key);
    this.#context.cancel(key);
  }

  /** All but the session's, which finds nobody when the member is gone, and the member when that could not be stored. */
  cancelDuties(groupId: string, memberId: string): void {
    for (const purpose of DUTIES) this.cancel(purpose, groupId, memberId);
  }
}

function keyOf(purpose: Purpose, groupId: string, memberId: string): string {
  return `consumer-${purpose}\0${groupId}\0${memberId}`;
}
