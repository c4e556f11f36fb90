import type { KafkaError } from '../../../domain/kafka-error.ts';
import type { PendingAppend } from './pending-append.ts';

/**
 * Which sequences of appends have failed and were not told so yet. A log that fails takes all later appends with it by
 * itself; a single batch that is refused, for being too large, does not.
 */
export class AppendSequences {
  private readonly untold = new Map<string, { error: KafkaError; count: number }>();

  /** The log refused these; they are settled later, in their turn. */
  failed(appends: readonly PendingAppend[], error: KafkaError): void {
    for (const { sequence } of appends) {
      if (sequence === undefined) continue;
      const known = this.untold.get(sequence);
      if (known === undefined) this.untold.set(sequence, { error, count: 1 });
      else known.count++;
    }
  }

  failureOf({ sequence, failure }: PendingAppend): KafkaError | undefined {
    if (failure !== undefined || sequence === undefined) return failure;
    return this.untold.get(sequence)?.error;
  }

  /** These are about to be told; what waits and was built on them must not be stored. */
  settled(
    appends: readonly PendingAppend[],
    waiting: readonly PendingAppend[],
    error: KafkaError,
  ): void {
    for (const { sequence, failure } of appends) {
      if (sequence === undefined || failure !== undefined) continue;
      for (const append of waiting) if (append.sequence === sequence) append.failure ??= error;
      const known = this.untold.get(sequence);
      if (known === undefined) continue;
      known.count--;
      if (known.count === 0) this.untold.delete(sequence);
    }
  }
}
