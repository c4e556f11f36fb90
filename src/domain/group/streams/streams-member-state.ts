import { stateOf } from '../modern/member-state.ts';

/** Where a member stands on its way to the target assignment; the numbers are those of its records. */
export const STREAMS_MEMBER_STATES = {
  /** It has what it is to have. */
  STABLE: 1,
  /** It has to give up tasks and has not said that it did. */
  UNREVOKED_TASKS: 2,
  /** It waits for tasks that others have not given up. */
  UNRELEASED_TASKS: 3,
  /** Written by a newer version. */
  UNKNOWN: 127,
} as const;

export type StreamsMemberState = keyof typeof STREAMS_MEMBER_STATES;

export function streamsMemberStateOf(code: number): StreamsMemberState {
  return stateOf(STREAMS_MEMBER_STATES, code);
}
