/** Where a member stands on its way to the target assignment; the numbers are those of its records. */
export const MEMBER_STATES = {
  /** It has what it is to have. */
  STABLE: 0,
  /** It has to give up partitions and has not said that it did. */
  UNREVOKED_PARTITIONS: 1,
  /** It waits for partitions that others have not given up. */
  UNRELEASED_PARTITIONS: 2,
  /** Written by a newer version. */
  UNKNOWN: 127,
} as const;

export type MemberState = keyof typeof MEMBER_STATES;

export function memberStateOf(code: number): MemberState {
  return stateOf(MEMBER_STATES, code);
}

/** By its number in a record; UNKNOWN where there is none. */
export function stateOf<State extends string>(
  states: Readonly<Record<State | 'UNKNOWN', number>>,
  code: number,
): State | 'UNKNOWN' {
  for (const [state, own] of Object.entries(states)) if (own === code) return state as State;
  return 'UNKNOWN';
}
