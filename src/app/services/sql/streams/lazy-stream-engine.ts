import type {
  BatchCommand,
  BatchOutcome,
  OutputRecord,
  StoredStream,
  StoredView,
  StreamEngine,
  StreamingSqlEngine,
  ViewDefinition,
} from '../../../../ports/stream-engine.ts';
import type { LazyEngine } from '../lazy-engine.ts';

/** The streams of whichever engine is open: one that failed is opened anew, and has all that was committed. */
export class LazyStreamEngine implements StreamEngine {
  readonly #engine: LazyEngine<StreamingSqlEngine>;

  constructor(engine: LazyEngine<StreamingSqlEngine>) {
    this.#engine = engine;
  }

  async load() {
    return (await this.#streams()).load();
  }

  async createStream(sql: string): Promise<StoredStream> {
    return (await this.#streams()).createStream(sql);
  }

  async createView(definition: ViewDefinition): Promise<StoredView> {
    return (await this.#streams()).createView(definition);
  }

  async setPaused(viewId: number, paused: boolean): Promise<void> {
    return (await this.#streams()).setPaused(viewId, paused);
  }

  async drop(name: string): Promise<void> {
    return (await this.#streams()).drop(name);
  }

  async runBatch(command: BatchCommand): Promise<BatchOutcome> {
    return (await this.#streams()).runBatch(command);
  }

  async pendingOutput(viewId: number, after: bigint, limit: number): Promise<OutputRecord[]> {
    return (await this.#streams()).pendingOutput(viewId, after, limit);
  }

  async #streams(): Promise<StreamEngine> {
    return (await this.#engine.opened()).streams;
  }
}
