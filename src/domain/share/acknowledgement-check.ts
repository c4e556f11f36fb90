import type { AcknowledgementBatch } from './share-partition-messages.ts';

const REJECT = 3;
const RENEW = 4;

/**
 * Whether the batches of one partition make sense by themselves (Kafka's validateAcknowledgementBatches): in order, no
 * overlap, a known type for all offsets or one for each. Renewals come only in requests that say so.
 */
export function areAcknowledgementsValid(
  batches: readonly AcknowledgementBatch[],
  options: { readonly knowsRenew: boolean; readonly isRenew: boolean },
): boolean {
  const maxType = options.knowsRenew ? RENEW : REJECT;
  let before = -1n;
  for (const { firstOffset, lastOffset, acknowledgeTypes } of batches) {
    const count = acknowledgeTypes.length;
    if (firstOffset > lastOffset || firstOffset < before || count === 0) return false;
    if (count > 1 && lastOffset - firstOffset !== BigInt(count - 1)) return false;
    if (acknowledgeTypes.some((type) => type < 0 || type > maxType)) return false;
    if (!options.isRenew && acknowledgeTypes.includes(RENEW)) return false;
    before = lastOffset;
  }
  return true;
}
