import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { LogCleanerConfig } from '../services/log/cleaner/log-cleaner.ts';

/** Kafka's keys of the log cleaner, as they are now. */
export function logCleanerConfigOf(config: BrokerConfig): LogCleanerConfig {
  return {
    threads: config.get('log.cleaner.enable') ? config.get('log.cleaner.threads') : 0,
    dedupeBufferBytes: Number(config.get('log.cleaner.dedupe.buffer.size')),
    loadFactor: config.get('log.cleaner.io.buffer.load.factor'),
    ioBufferBytes: config.get('log.cleaner.io.buffer.size'),
    ioMaxBytesPerSecond: config.get('log.cleaner.io.max.bytes.per.second'),
    backoffMs: Number(config.get('log.cleaner.backoff.ms')),
  };
}
