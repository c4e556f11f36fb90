import type { Timer } from '../../ports/clock.ts';
import { afterTurn } from './after-turn.ts';

/** setTimeout counts in int32 milliseconds; a longer delay would fire at once. */
const DELAY_MS_MAX = 0x7fffffff;

export const systemTimer: Timer = {
  schedule(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(delayMs, 0), DELAY_MS_MAX));
    handle.unref();
    return () => clearTimeout(handle);
  },
  afterTurn,
};
