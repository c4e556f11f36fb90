import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One line of a vector file. */
// biome-ignore lint/suspicious/noExplicitAny: vectors are foreign JSON of many forms
export type Vector = Record<string, any>;

/**
 * Checks one form of vector. A file `test/protocol/check-<form>.ts` exports `checkers`, and is
 * found by its name: that is all it takes to make a form known to the tests and to `npm run
 * golden`.
 */
export interface VectorChecker {
  readonly form: string;
  /** Tells by its content whether a vector is of this form. */
  recognises(vector: Vector): boolean;
  /** Throws where we and the vector disagree. */
  check(vector: Vector): void | Promise<void>;
  /** Frees what checking needed, such as a running broker. */
  close?(): Promise<void>;
}

export interface VectorReport {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

const FAILURES_SHOWN = 5;

export async function loadCheckers(): Promise<readonly VectorChecker[]> {
  const checkers: VectorChecker[] = [];
  for (const file of readdirSync(import.meta.dirname).sort()) {
    const form = /^check-([a-z0-9-]+)\.ts$/.exec(file)?.[1];
    if (form === undefined) continue;
    const module = (await import(`./check-${form}.ts`)) as { checkers?: readonly VectorChecker[] };
    if (module.checkers === undefined) throw new Error(`${file} exports no \`checkers\``);
    checkers.push(...module.checkers);
  }
  return checkers;
}

/** The lines of a vector file, gzipped or not. */
export function readVectors(path: string): Vector[] {
  const raw = readFileSync(path);
  const text = (raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as Vector);
}

/** Checks every vector; an unknown form is a failure, never a silent pass. */
export async function checkVectors(
  vectors: readonly Vector[],
  checkers: readonly VectorChecker[],
): Promise<VectorReport> {
  let passed = 0;
  let failed = 0;
  const failures: string[] = [];
  for (const [line, vector] of vectors.entries()) {
    try {
      const checker = checkers.find((candidate) => candidate.recognises(vector));
      if (checker === undefined) {
        throw new Error(`no checker knows vectors with ${Object.keys(vector).join(', ')}`);
      }
      await checker.check(vector);
      passed++;
    } catch (error) {
      failed++;
      if (failures.length < FAILURES_SHOWN) failures.push(`line ${line + 1}: ${describe(error)}`);
    }
  }
  return { passed, failed, failures };
}

function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
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
