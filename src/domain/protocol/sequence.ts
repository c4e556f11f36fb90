const SEQUENCE_MAX = 0x7fffffff;

/** A producer's sequence number `by` records later: after the largest int32 comes 0. */
export function incrementSequence(sequence: number, by: number): number {
  const left = SEQUENCE_MAX - sequence;
  return by > left ? by - left - 1 : sequence + by;
}

/** A producer's sequence number `by` records earlier. */
export function decrementSequence(sequence: number, by: number): number {
  return sequence < by ? SEQUENCE_MAX - (by - sequence) + 1 : sequence - by;
}
