import type { Offset } from '../topic-partition.ts';
import type { InFlightBatch } from './in-flight-batch.ts';
import type { InFlightState } from './in-flight-state.ts';

/**
 * A record that breaks every consumer takes those that are delivered with it to the limit of deliveries. So records
 * that failed often are delivered in ever smaller numbers, and alone the last time (Kafka: shouldThrottleRecordsDelivery).
 */
export class IsolatedDelivery {
  private readonly maxDeliveryCount: number;
  private readonly threshold: number;

  constructor(maxDeliveryCount: number) {
    this.maxDeliveryCount = maxDeliveryCount;
    this.threshold = Math.max(2, Math.ceil(maxDeliveryCount / 2));
  }

  /** Whether a record between `first` and `last` that is available was delivered so often. */
  isNeeded(batch: InFlightBatch, first: Offset, last: Offset): boolean {
    if (batch.state !== undefined) {
      return batch.state.isAcquirable && batch.state.deliveryCount >= this.threshold;
    }
    for (const [, state] of batch.offsets(first, last)) {
      if (state.isAcquirable && state.deliveryCount >= this.threshold) return true;
    }
    return false;
  }

  /** The records of a split batch to deliver now, at most `limit`. */
  choose(
    batch: InFlightBatch,
    first: Offset,
    last: Offset,
    limit: number,
  ): readonly (readonly [Offset, InFlightState])[] {
    const chosen: (readonly [Offset, InFlightState])[] = [];
    let isolated = 0;
    for (const entry of batch.offsets(first, last)) {
      const [, state] = entry;
      if (!state.isAcquirable) continue;
      const { deliveryCount } = state;
      const isLastDelivery =
        this.maxDeliveryCount > 2 && deliveryCount === this.maxDeliveryCount - 1;
      if (isLastDelivery && chosen.length > 0) break;
      if (deliveryCount >= this.threshold && isolated === 0) {
        isolated = Math.max(1, batch.size >> (deliveryCount - this.threshold + 1));
      }
      chosen.push(entry);
      if (isLastDelivery || chosen.length === limit || chosen.length === isolated) break;
    }
    return chosen;
  }
}
