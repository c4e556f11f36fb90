import type { Clock } from '../../../ports/clock.ts';
import { FetchSession } from './fetch-session.ts';

export interface FetchSessionCacheOptions {
  readonly clock: Clock;
  /** max.incremental.fetch.session.cache.slots */
  readonly slots?: number;
  /** How long a session is kept though another one wants its slot (Kafka: 120 s). */
  readonly evictionMs?: number;
  /** Partitions of all sessions; beyond it no session is made and clients fetch in full. */
  readonly partitionsMax?: number;
}

const SESSION_ID_MAX = 0x7fffffff;
const SLOTS_DEFAULT = 1000;
const EVICTION_MS_DEFAULT = 120_000;
const PARTITIONS_MAX_DEFAULT = 1_000_000;

/** The sessions of all clients, bounded. A map keeps them in order of use, so the first is the one to evict. */
export class FetchSessionCache {
  readonly #clock: Clock;
  readonly #slots: number;
  readonly #evictionMs: number;
  readonly #partitionsMax: number;
  readonly #sessions = new Map<number, FetchSession>();
  #lastId: number;

  constructor(options: FetchSessionCacheOptions) {
    this.#clock = options.clock;
    this.#slots = options.slots ?? SLOTS_DEFAULT;
    this.#evictionMs = options.evictionMs ?? EVICTION_MS_DEFAULT;
    this.#partitionsMax = options.partitionsMax ?? PARTITIONS_MAX_DEFAULT;
    // Ids of an earlier run of the broker must not be taken for sessions of this one.
    this.#lastId = this.#clock.nowMs() % SESSION_ID_MAX;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: number): FetchSession | undefined {
    return this.#sessions.get(id);
  }

  remove(id: number): void {
    this.#sessions.delete(id);
  }

  touch(session: FetchSession): void {
    session.lastUsedMs = this.#clock.nowMs();
    if (this.#sessions.delete(session.id)) this.#sessions.set(session.id, session);
  }

  /** A new session, or undefined when there is no room for it. */
  create(byTopicId: boolean, partitions: number): FetchSession | undefined {
    if (this.#sessions.size >= this.#slots && !this.#evictOldest()) return undefined;
    let held = partitions;
    for (const { size } of this.#sessions.values()) held += size;
    if (held > this.#partitionsMax) return undefined;
    const session = new FetchSession(this.#freeId(), byTopicId, this.#clock.nowMs());
    this.#sessions.set(session.id, session);
    return session;
  }

  #evictOldest(): boolean {
    for (const { id, lastUsedMs } of this.#sessions.values()) {
      if (this.#clock.nowMs() - lastUsedMs < this.#evictionMs) return false;
      this.#sessions.delete(id);
      return true;
    }
    return false;
  }

  #freeId(): number {
    do {
      this.#lastId = this.#lastId >= SESSION_ID_MAX ? 1 : this.#lastId + 1;
    } while (this.#sessions.has(this.#lastId));
    return this.#lastId;
  }
}
