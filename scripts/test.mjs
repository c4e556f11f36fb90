// Runs the tests and closes with one line that anything can read: "N passed, N failed, N skipped".
import './guard-node.mjs';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directory = mkdtempSync(join(tmpdir(), 'kawadb-test-'));
const report = join(directory, 'report.json');
const run = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
let summary = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numFailedTestSuites: 0 };
try {
  summary = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  console.error('the test runner wrote no report');
}
rmSync(directory, { recursive: true, force: true });
// A file that fails to load has no failed test of its own, yet must not pass.
const failed = summary.numFailedTests || (run.status === 0 ? 0 : 1);
console.log(
  `${summary.numPassedTests} passed, ${failed} failed, ${summary.numPendingTests} skipped`,
);
process.exit(run.status === 0 && summary.numPassedTests > 0 ? 0 : 1);
