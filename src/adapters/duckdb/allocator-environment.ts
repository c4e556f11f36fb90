/** The engine's own copy of jemalloc reads this when the engine's library is loaded, and nothing later. */
const VARIABLE = 'DUCKDB_JE_MALLOC_CONF';
/** How long memory that was given back stays the process's; ten seconds and more where nothing is said. */
const DECAY_MS = 200;

/**
 * Lets the engine's allocator give memory back soon, and keep no more pools of it than the engine has threads: a query after
 * another one took a hundred megabytes beside what the limit allows. Whoever sets the variable knows better.
 */
export function boundAllocator(threads: number): void {
  process.env[VARIABLE] ??= `dirty_decay_ms:${DECAY_MS},muzzy_decay_ms:0,narenas:${threads}`;
}
