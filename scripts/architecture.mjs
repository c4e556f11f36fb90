// Checks the rings. dependency-cruiser passes silently when it cannot parse TypeScript, so the count is asserted.
import { spawnSync } from 'node:child_process';

const { stdout, stderr, status } = spawnSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    'src',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
  ],
  { encoding: 'utf8', maxBuffer: 1 << 28 },
);
if (!stdout) {
  console.error(stderr);
  process.exit(status || 1);
}
const { summary } = JSON.parse(stdout);
for (const violation of summary.violations) {
  console.error(
    `${violation.rule.severity} ${violation.rule.name}: ${violation.from} → ${violation.to}`,
  );
}
if (summary.totalCruised < 50) {
  console.error(`only ${summary.totalCruised} modules were seen: the checker is blind`);
  process.exit(1);
}
console.error(`${summary.totalCruised} modules, ${summary.violations.length} violations`);
process.exit(summary.error > 0 ? 1 : 0);
