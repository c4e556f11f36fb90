/** What a member says of a record it was given (Kafka's AcknowledgeType; a gap is an offset without a record). */
export type AcknowledgeType = 'gap' | 'accept' | 'release' | 'reject' | 'renew';

const TYPES: readonly AcknowledgeType[] = ['gap', 'accept', 'release', 'reject', 'renew'];

/** Undefined for a number that stands for nothing. */
export function acknowledgeTypeOf(id: number): AcknowledgeType | undefined {
  return TYPES[id];
}
