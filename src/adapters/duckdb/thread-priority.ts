import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** A third of the share of a processor that others have. */
const NICENESS = 5;

/**
 * Lets the other threads of the process go first where processors are scarce: a statement takes what they leave. Linux has a
 * priority for each thread, by its number, and gives the one that calls; elsewhere, and where it is not allowed, nothing changes.
 */
export function giveWayToOtherThreads(): void {
  if (process.platform !== 'linux') return;
  try {
    const [processId, , threadId] = readlinkSync('/proc/thread-self').split('/').map(Number);
    if (threadId !== undefined && threadId !== processId) setPriority(threadId, NICENESS);
  } catch {
    // Without /proc, or with threads that somebody else has given a priority.
  }
}
