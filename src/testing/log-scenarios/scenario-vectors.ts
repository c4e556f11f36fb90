import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A scenario as it was recorded from Kafka's own log. */
// biome-ignore lint/suspicious/noExplicitAny: vectors are foreign JSON of many forms
export type Vector = Record<string, any>;

const FILE = 'log-appends.jsonl.gz';
/** Beside the package's suite, and where its sources have it. */
const PLACES = [`./${FILE}`, `../testing/${FILE}`, `../../../test/protocol/golden/${FILE}`];

/** What was asked of Kafka's log and what it answered, one scenario after another. */
export function logScenarios(): readonly Vector[] {
  const place = PLACES.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (place === undefined) throw new Error(`the scenarios ${FILE} are missing`);
  const lines = gunzipSync(readFileSync(place)).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Vector);
}

export function joined(slices: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(slices));
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

export function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) {
    throw new Error(`${what}: got ${String(actual)}, expected ${String(expected)}`);
  }
}
