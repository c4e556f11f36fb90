import { KafkaError } from '../../../src/domain/index.ts';
import type { AppendEntry, LogStore, RecoveredLog, StoredLog } from '../../../src/ports/index.ts';
import { ArrayLog } from './array-log.ts';

export const CAPABILITIES = {
  name: 'array',
  durable: false,
  atomicAcrossLogs: true,
  exactPrefixDrop: true,
  syncCost: 'none',
} as const;

/** The smallest storage engine: logs that live as long as this object. */
export class ArrayLogStore implements LogStore {
  readonly capabilities = CAPABILITIES;
  readonly #logs = new Map<string, ArrayLog>();
  #isOpen = false;

  async open(): Promise<readonly RecoveredLog[]> {
    this.#isOpen = true;
    return [...this.#logs.values()].map((log) => ({ log, clean: true, truncatedBytes: 0 }));
  }

  async create(id: StoredLog['id']): Promise<StoredLog> {
    const name = `${id.topic}-${id.partition}`;
    if (!this.#isOpen) throw refused('the store is not open');
    if (this.#logs.has(name)) throw refused(`a log of ${name} exists`);
    const log = new ArrayLog(id);
    this.#logs.set(name, log);
    return log;
  }

  async append(entries: readonly AppendEntry[]): Promise<void> {
    if (!this.#isOpen) throw refused('the store is not open');
    // All or nothing: what is refused is refused before anything is kept.
    for (const { log } of entries) this.#own(log);
    for (const entry of entries) this.#own(entry.log).append(entry);
  }

  async sync(): Promise<void> {}

  async delete(log: StoredLog): Promise<void> {
    this.#own(log).deleted = true;
    this.#logs.delete(`${log.id.topic}-${log.id.partition}`);
  }

  async usableBytes(): Promise<undefined> {}

  async close(): Promise<void> {
    this.#isOpen = false;
  }

  #own(log: StoredLog): ArrayLog {
    if (log instanceof ArrayLog && !log.deleted) return log;
    throw refused('the log was deleted, or is of another store');
  }
}

function refused(message: string): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', message);
}
