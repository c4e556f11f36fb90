const DONE = Promise.resolve();

/** What becomes of one append call: one promise, however many logs it is of. */
export class AppendOutcome {
  #waiting = 0;
  #failure: { readonly error: unknown } | undefined;
  #resolve: (() => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  /** For a log whose batches are to be synced; `synced` or `failed` is called then. */
  wait(): void {
    this.#waiting += 1;
  }

  synced(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#settle();
  }

  failed(error: unknown): void {
    this.refuse(error);
    this.synced();
  }

  /** For a log that takes nothing. */
  refuse(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Called once all logs have their batches: settles when none is waiting, with the first failure where there is one. */
  settled(): Promise<void> {
    if (this.#waiting === 0) {
      return this.#failure === undefined ? DONE : Promise.reject(this.#failure.error);
    }
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  #settle(): void {
    if (this.#failure === undefined) this.#resolve?.();
    else this.#reject?.(this.#failure.error);
  }
}
