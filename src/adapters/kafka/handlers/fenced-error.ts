import type { ErrorName } from '../../../domain/error-code.ts';

/** Clients from before KIP-588 do not know PRODUCER_FENCED. */
export function fencedErrorOf(error: ErrorName, knowsFenced: boolean): ErrorName {
  return error === 'PRODUCER_FENCED' && !knowsFenced ? 'INVALID_PRODUCER_EPOCH' : error;
}
