import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import type { AppendEntry, Durability, StoredLog } from '../../../src/ports/log-store.ts';

/** A memory store whose appends wait for the test to let them through or to fail them. */
export class HeldStore extends MemoryLogStore {
  held = false;
  /** Appends fail before anything of them is kept. */
  failing = false;
  readonly calls: { entries: readonly AppendEntry[]; durability: Durability }[] = [];
  readonly synced: StoredLog[] = [];
  readonly #waiting: (() => void)[] = [];

  override async append(
    entries: readonly AppendEntry[],
    durability: Durability = 'synced',
  ): Promise<void> {
    this.calls.push({ entries: [...entries], durability });
    const { failing } = this;
    if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (failing) throw new KafkaError('KAFKA_STORAGE_ERROR', 'no space left on device');
    await super.append(entries);
  }

  override async sync(log: StoredLog): Promise<void> {
    this.synced.push(log);
  }

  /** Lets the oldest append that waits go on. */
  release(): void {
    this.#waiting.shift()?.();
  }
}

/** Everything that can go on without new input has gone on. */
export async function quiet(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
