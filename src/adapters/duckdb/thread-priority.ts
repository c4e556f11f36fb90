import { readlinkSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/** As much as leaves a third of the share of a processor that the others have. */
const NICER_BY = 5;

/**
 * Lets the other threads of the process go first where processors are scarce: a statement takes what they leave. Linux has a
 * priority for each thread, by its number, and gives the one that calls; elsewhere, and where it is not allowed, nothing changes.
 */
export function giveWayToOtherThreads(): void {
  if (process.platform !== 'linux') return;
  try {
    const [processId, , threadId] = readlinkSync('/proc/thread-self').split('/').map(Number);
    if (threadId === undefined || threadId === processId) return;
    const niceness = getPriority(threadId) + NICER_BY;
    setPriority(threadId, Math.min(niceness, constants.priority.PRIORITY_LOW));
  } catch {
    // Without /proc all threads are alike.
  }
}
