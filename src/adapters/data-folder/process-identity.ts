import { readdirSync, readFileSync } from 'node:fs';

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
    if (isZombie(pid)) return false;
    const now = startTimeOf(pid);
    return startTime === '' || now === undefined || now === startTime;
  },
};

/** What `/proc/<pid>/stat` says after the name in parentheses, on Linux. */
function statOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** One that died and whose parent did not ask how: it does nothing more, unless another thread of it is still on its way out. */
function isZombie(pid: number): boolean {
  try {
    return statOf(pid)[0] === 'Z' && readdirSync(`/proc/${pid}/task`).length === 1;
  } catch {
    return false;
  }
}

/** Field 22, with the boot it counts from. */
function startTimeOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const ticks = statOf(pid)[19];
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}
