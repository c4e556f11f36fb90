import type { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { ERROR_CODES } from '../../src/domain/error-code.ts';
import { earliestOffset, fetchKeys, RefusedError } from './crash-requests.ts';

/** Keys of producers that send again what was not answered: name and number, in order. */
const NUMBERED = /^(?<producer>i-\d+)-(?<number>\d+)$/;

const OUT_OF_RANGE = ERROR_CODES.OFFSET_OUT_OF_RANGE.code;

/** What a partition was given and what it promised, held against what it has. */
export class PartitionOracle {
  readonly partition: number;
  /** What was sent and not yet seen. */
  readonly #sent = new Set<string>();
  readonly #acknowledged = new Map<bigint, string>();
  /** What was found after a start is there to stay. */
  readonly #found = new Map<bigint, string>();
  readonly #nextNumbers = new Map<string, number>();
  #foundTo = 0n;

  constructor(partition: number) {
    this.partition = partition;
  }

  sends(values: readonly string[]): void {
    for (const value of values) this.#sent.add(value);
  }

  acknowledges(baseOffset: bigint, values: readonly string[]): void {
    for (const [i, value] of values.entries()) {
      this.#acknowledged.set(baseOffset + BigInt(i), value);
    }
  }

  /** Reads what is new since the last check; gives what is wrong. Nobody may be producing. */
  async check(connection: BrokerConnection): Promise<string[]> {
    const problems: string[] = [];
    const from = this.#foundTo;
    for (const [offset, key] of await this.#read(connection, from)) {
      const wrong = this.#admit(offset, key);
      if (wrong !== undefined) problems.push(wrong);
    }
    for (const [offset, key] of this.#acknowledged) {
      const found = this.#found.get(offset);
      if (found !== key) problems.push(this.#at(offset, `${found ?? 'nothing'}, not ${key}`));
    }
    this.#acknowledged.clear();
    return problems;
  }

  /** Reads everything again, but for what retention takes meanwhile. */
  async checkAll(connection: BrokerConnection): Promise<string[]> {
    const all = await this.#readAll(connection);
    const start = await earliestOffset(connection, this.partition);
    const problems: string[] = [];
    for (const [offset, key] of this.#found) {
      if (offset < start) this.#found.delete(offset);
      else if (all.get(offset) !== key) {
        problems.push(this.#at(offset, `${all.get(offset) ?? 'nothing'}, not ${key} as before`));
      }
    }
    return problems;
  }

  #admit(offset: bigint, key: string): string | undefined {
    if (offset !== this.#foundTo) return this.#at(offset, `follows ${this.#foundTo}`);
    this.#foundTo = offset + 1n;
    this.#found.set(offset, key);
    if (!this.#sent.delete(key)) return this.#at(offset, `${key} is there twice or was never sent`);
    const { producer, number } = NUMBERED.exec(key)?.groups ?? {};
    if (producer === undefined) return undefined;
    const expected = this.#nextNumbers.get(producer) ?? 0;
    this.#nextNumbers.set(producer, expected + 1);
    return Number(number) === expected ? undefined : this.#at(offset, `${key}, not ${expected}`);
  }

  async #readAll(connection: BrokerConnection): Promise<ReadonlyMap<bigint, string>> {
    for (;;) {
      try {
        return await this.#read(connection, await earliestOffset(connection, this.partition));
      } catch (error) {
        if (!(error instanceof RefusedError) || error.errorCode !== OUT_OF_RANGE) throw error;
      }
    }
  }

  async #read(connection: BrokerConnection, from: bigint): Promise<ReadonlyMap<bigint, string>> {
    const found = new Map<bigint, string>();
    for (let offset = from; ; ) {
      const fetched = await fetchKeys(connection, this.partition, offset);
      for (const [at, key] of fetched.keys) found.set(at, key);
      if (fetched.next >= fetched.highWatermark) return found;
      if (fetched.next === offset) throw new Error(`nothing is read at ${offset}`);
      offset = fetched.next;
    }
  }

  #at(offset: bigint, what: string): string {
    return `partition ${this.partition} offset ${offset}: ${what}`;
  }
}
