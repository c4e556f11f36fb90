/** The states of a transactional id, in the order of their numbers in the log (TransactionState). */
export const TRANSACTION_STATES = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const;

export type TransactionState = (typeof TRANSACTION_STATES)[number];

const VALID_PREVIOUS: { readonly [State in TransactionState]: readonly TransactionState[] } = {
  Empty: ['Empty', 'CompleteCommit', 'CompleteAbort'],
  Ongoing: ['Ongoing', 'Empty', 'CompleteCommit', 'CompleteAbort'],
  PrepareCommit: ['Ongoing'],
  // From Empty and the complete states since transaction version 2: a producer may abort what it never began.
  PrepareAbort: ['Ongoing', 'PrepareEpochFence', 'Empty', 'CompleteCommit', 'CompleteAbort'],
  CompleteCommit: ['PrepareCommit'],
  CompleteAbort: ['PrepareAbort'],
  Dead: ['Empty', 'CompleteCommit', 'CompleteAbort'],
  PrepareEpochFence: ['Ongoing'],
};

export function isValidTransition(from: TransactionState, to: TransactionState): boolean {
  return VALID_PREVIOUS[to].includes(from);
}

export function stateNumber(state: TransactionState): number {
  return TRANSACTION_STATES.indexOf(state);
}

export function isTransactionState(name: string): name is TransactionState {
  return (TRANSACTION_STATES as readonly string[]).includes(name);
}

/** What a client's requests show of the protocol it speaks: 2 has an epoch per transaction (KIP-890). */
export type TransactionVersion = 0 | 1 | 2;

export function supportsEpochBump(version: TransactionVersion): boolean {
  return version >= 2;
}
