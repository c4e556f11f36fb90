import { readFileSync } from 'node:fs';

/** A process id alone is given to another process one day; with the time of its start it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Empty where the system does not tell. */
  readonly startTime: string;
}

export interface Processes {
  readonly self: ProcessIdentity;
  isRunning(process: ProcessIdentity): boolean;
}

export const nodeProcesses: Processes = {
  get self() {
    return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  },
  isRunning({ pid, startTime }) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      // It may be another user's.
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
    }
    const now = startTimeOf(pid);
    return startTime === '' || now === undefined || now === startTime;
  },
};

/** Field 22 of Linux's /proc/<pid>/stat, after the name in parentheses, with the boot it counts from. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}
