import type { EngineEvent } from './engine-messages.ts';

const TELL_EVERY_MS = 250;

interface Counted {
  read: number;
  total: number;
  toldAtMs: number;
}

/** How far the statements that run have come with reading topics. */
export class ScanProgress {
  readonly #send: (event: EngineEvent) => void;
  readonly #statements = new Map<number, Counted>();

  constructor(send: (event: EngineEvent) => void) {
    this.#send = send;
  }

  /** A scan of the statement begins. Its count of records is that of offsets, some of which may be no records. */
  begin(statement: number | undefined, total: number): ((rows: number) => void) | undefined {
    if (statement === undefined) return undefined;
    const counted = this.#statements.get(statement) ?? {
      ...{ read: 0, total: 0 },
      toldAtMs: performance.now(),
    };
    counted.total += total;
    this.#statements.set(statement, counted);
    return (rows) => this.#add(statement, counted, rows);
  }

  end(statement: number): void {
    this.#statements.delete(statement);
  }

  #add(id: number, counted: Counted, rows: number): void {
    counted.read += rows;
    const nowMs = performance.now();
    if (nowMs - counted.toldAtMs < TELL_EVERY_MS) return;
    counted.toldAtMs = nowMs;
    const { read: recordsRead, total: recordsTotal } = counted;
    this.#send({ type: 'progress', id, progress: { recordsRead, recordsTotal } });
  }
}
