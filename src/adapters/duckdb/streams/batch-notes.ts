import {
  BIGINT,
  BOOLEAN,
  type DuckDBConnection,
  DuckDBScalarFunction,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { REJECT_FUNCTION } from '../../../domain/sql/rejected-records.ts';

/** A record that does not get into a view, and why. */
export interface RejectedRecord {
  readonly source: number;
  readonly partition: number;
  readonly offset: bigint;
  readonly reason: string;
}

/** What a batch tells of its reading beside its rows. Only calls with the batch's own token count, whoever makes them. */
export class BatchNotes {
  #token = '';
  #rejected = new Map<string, RejectedRecord>();
  #tallies = new Map<string, Map<number, number>>();

  begin(token: string): void {
    this.#token = token;
    this.#rejected = new Map();
    this.#tallies = new Map();
  }

  get rejected(): readonly RejectedRecord[] {
    return [...this.#rejected.values()];
  }

  /** How many records of each partition were read by the source's scan. */
  readCounts(source: number): ReadonlyMap<number, number> {
    return this.#tallies.get(tallyName(this.#token, source)) ?? new Map();
  }

  /** Where a scan counts what it reads; undefined for one that is not of this batch. */
  tally(name: string | undefined): Map<number, number> | undefined {
    if (name === undefined || this.#token === '' || !name.startsWith(this.#token)) return undefined;
    const known = this.#tallies.get(name);
    if (known !== undefined) return known;
    const tally = new Map<number, number>();
    this.#tallies.set(name, tally);
    return tally;
  }

  /** The function by which records are noted that could not be read; it lets none of them through. */
  register(connection: DuckDBConnection): void {
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name: REJECT_FUNCTION,
        parameterTypes: [VARCHAR, INTEGER, INTEGER, BIGINT, VARCHAR],
        returnType: BOOLEAN,
        volatile: true,
        mainFunction: (_info, input, output) => {
          const rows = input.getRows();
          for (const row of rows) this.#note(row as [string, number, number, bigint, string]);
          for (let row = 0; row < rows.length; row++) output.setItem(row, false);
          output.flush();
        },
      }),
    );
  }

  #note([token, source, partition, offset, reason]: [string, number, number, bigint, string]) {
    if (token !== this.#token) return;
    // The engine may evaluate a condition twice.
    this.#rejected.set(`${source} ${partition} ${offset}`, { source, partition, offset, reason });
  }
}

export function tallyName(token: string, source: number): string {
  return `${token}-${source}`;
}
