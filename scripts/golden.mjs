// Checks files of golden vectors and closes with "N passed, N failed": npm run golden --
// FILE.jsonl.gz…
import './guard-node.mjs';
import { checkVectors, loadCheckers, readVectors } from '../test/protocol/vector-checker.ts';

const files = process.argv.slice(2);
let passed = 0;
let failed = 0;
if (files.length === 0) {
  console.error('usage: npm run golden -- FILE.jsonl.gz…');
  failed = 1;
}
const checkers = await loadCheckers();
for (const file of files) {
  try {
    const vectors = readVectors(file);
    if (vectors.length === 0) throw new Error('no vectors in this file');
    const report = await checkVectors(vectors, checkers);
    passed += report.passed;
    failed += report.failed;
    console.log(`${file}: ${report.passed} passed, ${report.failed} failed`);
    for (const failure of report.failures) console.error(`  ${failure}`);
  } catch (error) {
    failed++;
    console.error(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}
for (const checker of checkers) await checker.close?.();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
