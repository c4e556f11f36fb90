import type { KafkaError } from '../kafka-error.ts';
import type { CoordinatorContext, CoordinatorRecord } from './coordinator-shard.ts';
import { Timeline } from './timeline.ts';

type Stored = (error: KafkaError | undefined) => void;

interface Write {
  steps: number;
  readonly told: Stored[];
  reverted: boolean;
}

export interface TimelineWriterOptions<Entry> {
  readonly context: CoordinatorContext;
  /** Names what is written as one sequence of appends. */
  readonly sequence: string;
  encode(entry: Entry): CoordinatorRecord;
  /** Changes the state as a replay of the record would. */
  apply(entry: Entry): void;
}

/**
 * Writes changes of one group's state and makes them at once, before they are stored.
 *
 * A second heartbeat may come while the records of the first are on their way, and has to be decided on what the first
 * one did; to let the commands of a group wait for each other would make ten thousand members that join one sync each.
 * So the state runs ahead of the log, as Kafka's does between its snapshots. When an append fails, the log takes none of
 * those built on it either (their `sequence`), and the state goes back to what is stored. Nobody is answered before the
 * records below the answer are stored, not even where the answer needed none of its own.
 */
export class TimelineWriter<Entry> {
  readonly timeline = new Timeline();
  readonly #o: TimelineWriterOptions<Entry>;
  readonly #writes: Write[] = [];

  constructor(options: TimelineWriterOptions<Entry>) {
    this.#o = options;
  }

  /** Whether changes are on their way to the log. */
  get isWriting(): boolean {
    return this.#writes.length > 0;
  }

  /**
   * Runs a command, which puts each change in as it decides on it and finds it made. `stored` is told when the changes are
   * kept, or why they were taken back. A command that throws has changed nothing. What changes without a record lives and
   * dies with what was written before it.
   */
  write(command: (put: (entry: Entry) => void) => void, stored: Stored): void {
    const { context, sequence } = this.#o;
    const records: CoordinatorRecord[] = [];
    const steps = this.timeline.record(() =>
      command((entry) => {
        records.push(this.#o.encode(entry));
        this.#o.apply(entry);
      }),
    );
    if (records.length === 0) {
      this.#whenWritten(steps, stored);
      return;
    }
    const write: Write = { steps, told: [stored], reverted: false };
    this.#writes.push(write);
    context.append(records, (error) => this.#settle(write, error), { sequence });
  }

  #whenWritten(steps: number, stored: Stored): void {
    const last = this.#writes.at(-1);
    // One that was taken back and only waits to be told so has no steps any more.
    if (last === undefined || last.reverted) this.timeline.keep(steps);
    else last.steps += steps;
    if (last === undefined) stored(undefined);
    else last.told.push(stored);
  }

  #settle(write: Write, error: KafkaError | undefined): void {
    if (error === undefined) {
      this.timeline.keep(write.steps);
    } else if (!write.reverted) {
      this.timeline.revert();
      for (const each of this.#writes) each.reverted = true;
    }
    this.#writes.splice(this.#writes.indexOf(write), 1);
    for (const stored of write.told) stored(error);
  }
}
