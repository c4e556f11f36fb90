let callbacks: (() => void)[] = [];
/** The one that runs next; more than 0 only while they run. */
let next = 0;

/**
 * Runs `callback` in the check phase of this turn of the event loop. Node puts an immediate that another one asks for off to
 * the next turn; here it follows in the same, so that what gathers the work of a turn may hand it on to who gathers more.
 */
export function afterTurn(callback: () => void): void {
  if (callbacks.length === 0) setImmediate(run);
  callbacks.push(callback);
}

function run(): void {
  try {
    while (next < callbacks.length) callbacks[next++]?.();
    callbacks = [];
  } catch (error) {
    // Those after it have no part in its error.
    callbacks = callbacks.slice(next);
    if (callbacks.length > 0) setImmediate(run);
    throw error;
  } finally {
    next = 0;
  }
}
