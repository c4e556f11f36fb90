// Compiles src to dist with the native compiler. Runs under any Node, so that `npm ci` works where npm's own Node is old.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = `${root}node_modules/typescript-7/bin/tsc`;
if (!existsSync(compiler)) {
  console.error(
    'kawadb: the compiler is missing; run `npm ci` with development dependencies first',
  );
  process.exit(1);
}
const result = spawnSync(process.execPath, [compiler, '-p', `${root}tsconfig.build.json`], {
  stdio: 'inherit',
});
process.exit(result.status ?? 1);
