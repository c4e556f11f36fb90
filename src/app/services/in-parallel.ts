/** Does `task` for all items, `limit` of them at a time: each may cost files and syncs. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  task: (item: T) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < items.length; at += limit) {
    await Promise.all(items.slice(at, at + limit).map(task));
  }
}
