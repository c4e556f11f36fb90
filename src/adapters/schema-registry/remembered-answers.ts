import type { Clock } from '../../ports/clock.ts';

export interface RememberedAnswersOptions<Answer> {
  readonly clock: Clock;
  /** How long an answer is taken to be right. */
  readonly forMs: (answer: Answer) => number;
  /** How long a failure is told again without asking. */
  readonly failuresForMs: number;
  readonly entriesMax: number;
}

interface Entry<Answer> {
  readonly answer: Promise<Answer>;
  askedAtMs: number;
  /** The last one that was given. */
  known: { readonly answer: Answer } | undefined;
  failed: boolean;
}

/** Answers that cost a question over the network. One that was given before counts on while no new one is to be had. */
export class RememberedAnswers<Key, Answer> {
  readonly #options: RememberedAnswersOptions<Answer>;
  readonly #entries = new Map<Key, Entry<Answer>>();

  constructor(options: RememberedAnswersOptions<Answer>) {
    this.#options = options;
  }

  async of(key: Key, ask: () => Promise<Answer>): Promise<Answer> {
    const { clock, entriesMax } = this.#options;
    const before = this.#entries.get(key);
    if (before !== undefined && clock.nowMs() - before.askedAtMs < this.#validMs(before)) {
      return before.failed && before.known !== undefined ? before.known.answer : before.answer;
    }
    if (this.#entries.size >= entriesMax) this.#entries.clear();
    const answer = ask();
    const entry: Entry<Answer> = {
      ...{ answer, askedAtMs: clock.nowMs(), known: before?.known, failed: false },
    };
    this.#entries.set(key, entry);
    try {
      entry.known = { answer: await answer };
      return entry.known.answer;
    } catch (error) {
      entry.failed = true;
      if (entry.known === undefined) throw error;
      return entry.known.answer;
    }
  }

  #validMs({ failed, known }: Entry<Answer>): number {
    const { forMs, failuresForMs } = this.#options;
    if (failed) return failuresForMs;
    // One that is on its way is waited for by all who ask.
    return known === undefined ? Number.POSITIVE_INFINITY : forMs(known.answer);
  }
}
