/** The delivery states of a record and the numbers they are stored under (Kafka's RecordState). */
export const RECORD_STATES = {
  available: 0,
  acquired: 1,
  acknowledged: 2,
  archived: 4,
} as const;

export type RecordState = keyof typeof RECORD_STATES;

/** On its way into a dead letter queue (KIP-1191), which Kafka would go on with; here it has arrived. */
const ARCHIVING = 3;

/** Whether the group is done with the record. */
export function isTerminal(state: RecordState): boolean {
  return state === 'acknowledged' || state === 'archived';
}

/** What a stored number stands for. Acquisitions are not stored, so none comes back from the log. */
export function recordStateOf(id: number): RecordState {
  switch (id) {
    case RECORD_STATES.acknowledged:
      return 'acknowledged';
    case RECORD_STATES.archived:
    case ARCHIVING:
      return 'archived';
    default:
      return 'available';
  }
}
