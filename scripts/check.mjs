// Everything a contributor needs green, in the order in which failures are cheapest to see.
import './guard-node.mjs';
import { spawnSync } from 'node:child_process';

const node = process.execPath;
const tsc = 'node_modules/typescript-7/bin/tsc';
const steps = [
  ['format and lint', 'node_modules/.bin/biome', ['ci', '--error-on-warnings', '.']],
  ['lint with types', 'node_modules/.bin/oxlint', ['--type-aware', 'src']],
  ['types', node, [tsc, '-p', 'tsconfig.json']],
  ['types of the domain', node, [tsc, '-p', 'tsconfig.domain.json']],
  ['architecture', node, ['scripts/architecture.mjs']],
  ['dead code', 'node_modules/.bin/knip', []],
  ['build', node, ['scripts/build.mjs']],
  ['package', 'node_modules/.bin/publint', ['--strict']],
  [
    'package types',
    'node_modules/.bin/attw',
    ['--pack', '.', '--profile', 'esm-only', '--no-emoji', '-q'],
  ],
  ['tests', node, ['scripts/test.mjs']],
];
const only = process.argv.slice(2);
for (const [name, command, args] of steps) {
  if (only.length > 0 && !only.includes(name)) continue;
  const startedAtMs = Date.now();
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`check: "${name}" failed${error ? `: ${error.message}` : ''}`);
    process.exit(1);
  }
  // The tests close with a line of their own, which has to be the last one.
  if (name !== 'tests') console.error(`check: ${name} (${Date.now() - startedAtMs} ms)`);
}
