/** All of them come to an end before the first failure is told. */
export async function allSettled(promises: readonly Promise<void>[]): Promise<void> {
  if (promises.length === 1) return promises[0];
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
}
