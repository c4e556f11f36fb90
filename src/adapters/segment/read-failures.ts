import { KafkaError } from '../../domain/kafka-error.ts';
import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Damage } from './damage-search.ts';
import type { LogSegment } from './log-segment.ts';

const REMEMBERED = 10_000;

/** What a reader is told of bytes that cannot be had. A consumer asks again and again: each place is logged once. */
export class ReadFailures {
  readonly #logger: Logger;
  readonly #logged = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  damaged(id: TopicIdPartition, segment: LogSegment, { position, from }: Damage): KafkaError {
    const { topic, partition } = id;
    const offset = segment.baseOffset + BigInt(from);
    const file = segment.logPath;
    if (this.#isNew(`${file}:${position}`)) {
      const fields = { topic, partition, offset, file, position };
      this.#logger.error(fields, 'a batch is not what was written: it is not served');
    }
    return new KafkaError(
      'CORRUPT_MESSAGE',
      `${topic}-${partition} is damaged at offset ${offset}: ${file} has no sound batch at position ${position}`,
    );
  }

  /** What the device refuses; errors that are Kafka's pass. */
  unreadable({ topic, partition }: TopicIdPartition, cause: unknown): KafkaError {
    if (cause instanceof KafkaError) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (this.#isNew(`${topic}-${partition}:${reason}`)) {
      this.#logger.error({ topic, partition, err: cause }, 'a read failed');
    }
    const message = `${topic}-${partition} cannot be read: ${reason}`;
    return new KafkaError('KAFKA_STORAGE_ERROR', message, { cause });
  }

  #isNew(key: string): boolean {
    if (this.#logged.has(key)) return false;
    if (this.#logged.size >= REMEMBERED) this.#logged.clear();
    this.#logged.add(key);
    return true;
  }
}
