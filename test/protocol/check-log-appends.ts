import { MemoryLogStore } from '../../src/adapters/memory/memory-log-store.ts';
import { runScenario } from '../../src/testing/log-scenarios/log-scenario.ts';
import type { Vector, VectorChecker } from './vector-checker.ts';

export function recognises(vector: Vector): boolean {
  return Array.isArray(vector.steps) && 'topicConfig' in vector;
}

/** The text of the first difference, or undefined. */
export async function check(vector: Vector): Promise<string | undefined> {
  try {
    await runScenario(vector, new MemoryLogStore());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const checkers: readonly VectorChecker[] = [
  {
    form: 'log scenarios',
    recognises,
    check: (vector) => runScenario(vector, new MemoryLogStore()),
  },
];
