// Runs the tests and closes with one line that anything can read: "N passed, N failed, N skipped".
import './guard-node.mjs';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** Tests of programs that are not ours, with time limits that are not ours either. */
const FOREIGN_CLIENTS = 'test/clients/';

const directory = mkdtempSync(join(tmpdir(), 'kawadb-test-'));

function run(paths) {
  const report = join(directory, 'report.json');
  rmSync(report, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...paths,
    ],
    { stdio: 'inherit' },
  );
  try {
    const summary = JSON.parse(readFileSync(report, 'utf8'));
    const failedFiles = summary.testResults
      .filter((file) => file.status === 'failed')
      .map((file) => relative(process.cwd(), file.name));
    return {
      passed: summary.numPassedTests,
      // A file that fails to load has no failed test of its own, yet must not pass.
      failed: summary.numFailedTests || (status === 0 ? 0 : 1),
      skipped: summary.numPendingTests,
      failedFiles,
      isGreen: status === 0 && summary.numPassedTests > 0,
    };
  } catch {
    console.error('the test runner wrote no report');
    return { passed: 0, failed: 1, skipped: 0, failedFiles: [], isGreen: false };
  }
}

let result = run(process.argv.slice(2));
const again = result.failedFiles;
// A client of somebody else's may miss a deadline of its own on a busy machine. Nothing else gets a second run.
if (again.length > 0 && again.every((file) => file.startsWith(FOREIGN_CLIENTS))) {
  console.error(`failed, and run once more alone: ${again.join(', ')}`);
  const second = run(again);
  const failed = second.isGreen ? 0 : Math.max(second.failed, 1);
  result = {
    ...result,
    passed: result.passed + result.failed - failed,
    failed,
    isGreen: second.isGreen,
  };
  if (second.isGreen) console.log(`passed in their second run only: ${again.join(', ')}`);
}
rmSync(directory, { recursive: true, force: true });
console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
process.exit(result.isGreen ? 0 : 1);
