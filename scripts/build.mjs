// Builds dist: JavaScript in few files, since a broker of hundreds of modules takes twice as long to start and a fifth
// more memory, and declarations beside them. Runs under any Node, so that `npm ci` works where npm's own Node is old.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
if (!existsSync(compiler)) {
  console.error(
    'kawadb: the compiler is missing; run `npm ci` with development dependencies first',
  );
  process.exit(1);
}
rmSync(join(root, 'dist'), { recursive: true, force: true });
const { rolldown } = await import('rolldown');
const ENTRIES = [
  ...['index', 'domain/index', 'domain/protocol/index', 'ports/index'],
  ...['testing/index', 'testing/log-store-contract'],
];
const PROGRAM = 'app/cli/main';
// The SQL engine's thread, beside the chunk that starts it.
const THREADS = { 'chunks/sql-thread': 'src/app/container/sql-thread.ts' };
const bundle = await rolldown({
  cwd: root,
  input: {
    ...Object.fromEntries([...ENTRIES, PROGRAM].map((name) => [name, `src/${name}.ts`])),
    ...THREADS,
  },
  platform: 'node',
  // Native packages, and those that load files of their own beside them.
  external: [
    '@duckdb/node-api',
    '@duckdb/node-bindings',
    'apache-arrow',
    '@node-rs/crc32',
    '@nxtedition/rocksdb',
    'classic-level',
    'lz4-napi',
    'pino',
    'snappy',
    'vitest',
    'fast-check',
  ],
});
const { output } = await bundle.write({
  dir: join(root, 'dist'),
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});
await bundle.close();
writeFileSync(join(root, 'dist/THIRD_PARTY_LICENSES'), licensesOf(output));
// What the contract suite of storage engines asks of them.
copyFileSync(
  join(root, 'test/protocol/golden/log-appends.jsonl.gz'),
  join(root, 'dist/testing/log-appends.jsonl.gz'),
);
const declarations = spawnSync(
  process.execPath,
  [compiler, '-p', join(root, 'tsconfig.build.json'), '--emitDeclarationOnly'],
  { stdio: 'inherit' },
);
process.exit(declarations.status ?? 1);

/** The licences of the packages whose code is in the bundle, as they ask to be given along. */
function licensesOf(chunks) {
  const packages = new Map();
  for (const { moduleIds = [] } of chunks) {
    for (const id of moduleIds) {
      const [, directory, name] = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(id) ?? [];
      if (name !== undefined) packages.set(name, directory);
    }
  }
  return [...packages]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, directory]) => {
      const file = readdirSync(directory).find((each) => /^licen[cs]e/i.test(each));
      const { license, version } = JSON.parse(
        readFileSync(join(directory, 'package.json'), 'utf8'),
      );
      const text = file === undefined ? '' : readFileSync(join(directory, file), 'utf8');
      return `${name} ${version} (${license})\n\n${text.trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
