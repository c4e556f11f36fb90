import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const examples = [
  ...readFileSync(new URL('docs/embedded.md', root), 'utf8').matchAll(/^```js\n(.*?)^```/gms),
].map(([, code = '']) => code);
const PRINTED = [
  'o-1 twelve\n',
  'partitions go to 2\n',
  "[ { name: 'Alice' } ] [ 'users' ]\n",
  '3n\n',
];

const directory = mkdtempSync(join(tmpdir(), 'kawadb-docs-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The package by its names, without a build. */
function fromSource(code: string): string {
  return code
    .replaceAll("'kawadb/testing'", `'${new URL('src/testing/index.ts', root)}'`)
    .replaceAll("'kawadb'", `'${new URL('src/index.ts', root)}'`);
}

test.each(PRINTED.map((printed, index) => [index, printed] as const))(
  'example %i prints %j',
  { timeout: 30_000 },
  async (index, printed) => {
    const file = join(directory, `example-${index}.mjs`);
    writeFileSync(file, fromSource(examples[index] as string));
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: directory });
    expect(stdout).toBe(printed);
  },
);

test('there are no other examples', () => {
  expect(examples).toHaveLength(PRINTED.length);
});
