/**
 * Starts parts in order and stops them in reverse. The container builds objects, but does not know that a log
 * must outlive the connections that append to it; this does.
 */
export class Lifecycle {
  readonly #stops: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  #stopping: Promise<void> | undefined;

  /** Runs `start`; once it succeeded, `stop` will run on `stop()`. A failed start stops what already runs. */
  async start(
    name: string,
    start: () => Promise<void> | void,
    stop: () => Promise<void> | void,
  ): Promise<void> {
    try {
      await start();
    } catch (error) {
      await this.stop().catch(() => undefined);
      throw error;
    }
    this.#stops.push({ name, stop });
  }

  /** Stops everything once, last started first; a failing part does not keep the others running. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const failures: Error[] = [];
    for (const { name, stop } of this.#stops.reverse()) {
      try {
        await stop();
      } catch (cause) {
        failures.push(new Error(`stopping ${name} failed`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'the broker did not stop cleanly');
  }
}
