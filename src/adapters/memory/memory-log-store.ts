import { KafkaError } from '../../domain/kafka-error.ts';
import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import type {
  AppendEntry,
  LogStore,
  LogStoreCapabilities,
  RecoveredLog,
  StoredLog,
  StoredLogConfig,
} from '../../ports/log-store.ts';
import { MemoryLog } from './memory-log.ts';

/**
 * Logs that live as long as this object, for tests and for data that nobody misses. Closing and opening
 * the same object again keeps them, so that what recovers from a log can be tried without a disk.
 */
export class MemoryLogStore implements LogStore {
  readonly capabilities: LogStoreCapabilities = {
    name: 'memory',
    durable: false,
    atomicAcrossLogs: true,
    exactPrefixDrop: false,
    syncCost: 'none',
  };
  readonly #logs = new Map<string, MemoryLog>();
  #open = false;

  async open(): Promise<readonly RecoveredLog[]> {
    this.#open = true;
    return [...this.#logs.values()].map((log) => ({ log, clean: true, truncatedBytes: 0 }));
  }

  async create(id: TopicIdPartition, config: StoredLogConfig): Promise<StoredLog> {
    this.#requireOpen();
    const key = `${id.topic}-${id.partition}`;
    if (this.#logs.has(key)) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', `a log of ${key} exists already`);
    }
    const log = new MemoryLog(id, config);
    this.#logs.set(key, log);
    return log;
  }

  async append(entries: readonly AppendEntry[]): Promise<void> {
    this.#requireOpen();
    for (const { log } of entries) {
      if (!(log instanceof MemoryLog) || log.deleted) {
        throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log was deleted or is of another store');
      }
    }
    for (const entry of entries) (entry.log as MemoryLog).append(entry);
  }

  async sync(_log: StoredLog): Promise<void> {}

  async delete(log: StoredLog): Promise<void> {
    if (!(log instanceof MemoryLog) || log.deleted) return;
    log.deleted = true;
    this.#logs.delete(`${log.id.topic}-${log.id.partition}`);
  }

  async usableBytes(): Promise<number | undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #requireOpen(): void {
    if (!this.#open) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log store is not open');
  }
}
