/** The delivery states of a record and the numbers they are stored under (Kafka's RecordState). */
export const RECORD_STATES = {
  available: 0,
  acquired: 1,
  acknowledged: 2,
  /** Given up, and to be written to the queue of dead letters first (KIP-1191). */
  archiving: 3,
  archived: 4,
} as const;

export type RecordState = keyof typeof RECORD_STATES;

/** Whether the group is done with the record. */
export function isTerminal(state: RecordState): boolean {
  return state === 'acknowledged' || state === 'archived';
}

/** What a stored number stands for. Acquisitions are not stored, so none comes back from the log. */
export function recordStateOf(id: number): RecordState {
  switch (id) {
    case RECORD_STATES.acknowledged:
      return 'acknowledged';
    case RECORD_STATES.archiving:
      return 'archiving';
    case RECORD_STATES.archived:
      return 'archived';
    default:
      return 'available';
  }
}
