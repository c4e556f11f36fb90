import type { CliIo } from '../cli-io.ts';
import { Progress } from '../progress.ts';
import type { QueryProgressSource } from './sql-client.ts';

const ASK_EVERY_MS = 500;
const PERCENT = 100;

/** Shows on a terminal how long a query takes and how far it is, until it prints something. */
export class QueryProgress {
  readonly #source: QueryProgressSource;
  readonly #progress: Progress;
  readonly #startedAtMs = performance.now();
  readonly #asking: NodeJS.Timeout | undefined;
  #read = '';

  constructor(io: CliIo, source: QueryProgressSource) {
    this.#source = source;
    this.#progress = new Progress(io, () => this.#text());
    if (io.interactive) this.#asking = setInterval(() => void this.#ask(), ASK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#asking);
    this.#progress.stop();
  }

  async #ask(): Promise<void> {
    const progress = await this.#source.progress();
    if (progress === undefined || progress.recordsTotal === 0) return;
    const { recordsRead, recordsTotal } = progress;
    const percent = Math.min(PERCENT, Math.floor((PERCENT * recordsRead) / recordsTotal));
    this.#read = `, ${percent} % of ${recordsTotal.toLocaleString('en')} records read`;
  }

  #text(): string {
    const seconds = Math.floor((performance.now() - this.#startedAtMs) / 1000);
    return `${seconds} s${this.#read}`;
  }
}
