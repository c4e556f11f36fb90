import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkVectors, loadCheckers, readVectors } from './vector-checker.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

/** How many vectors each file holds, so that a cut file cannot pass. */
const COUNTS: Readonly<Record<string, number>> = {
  assignors: 288,
  'consumer-protocol': 96,
  'coordinator-records': 260,
  'corrupt-batches': 198,
  data: 79,
  'error-responses': 309,
  hashing: 144,
  headers: 18,
  'log-appends': 51,
  primitives: 170,
  'record-batches': 127,
  requests: 1428,
  responses: 1436,
  scram: 39,
  'streams-assignments': 554,
  'streams-reconciliations': 3000,
  'streams-topologies': 400,
  'wire-probes': 22,
};

/** Of SCRAM what is served is checked, the keys of a credential; what a server says to clients comes with SASL. */
const UNSERVED = { file: 'scram', types: ['clientFirst', 'clientFinal'], count: 19 };

const checkers = await loadCheckers();

afterAll(async () => {
  for (const checker of checkers) await checker.close?.();
});

describe('golden vectors made by Kafka 4.4', () => {
  it('has a count for every file', () => {
    const files = readdirSync(GOLDEN).map((file) => file.replace('.jsonl.gz', ''));
    expect(files.sort()).toEqual(Object.keys(COUNTS).sort());
  });

  for (const [name, count] of Object.entries(COUNTS)) {
    it(name, async () => {
      const all = readVectors(join(GOLDEN, `${name}.jsonl.gz`));
      expect(all).toHaveLength(count);
      const isUnserved = name === UNSERVED.file;
      const vectors = isUnserved ? all.filter(({ type }) => !UNSERVED.types.includes(type)) : all;
      const report = await checkVectors(vectors, checkers);
      expect(report.failures).toEqual([]);
      expect({ passed: report.passed, failed: report.failed }).toEqual({
        passed: isUnserved ? count - UNSERVED.count : count,
        failed: 0,
      });
    });
  }
});
