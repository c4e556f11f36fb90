import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const document = readFileSync(new URL('../../docs/log-store-contract.md', import.meta.url), 'utf8');
const FILE = /^`(?<name>[\w.-]+)`\n\n```ts\n(?<code>.*?)^```/gms;
const NAMES = [
  ['../../../src/ports/index.ts', 'kawadb/ports'],
  ['../../../src/domain/index.ts', 'kawadb/domain'],
  ['../../../src/testing/log-store-contract.ts', 'kawadb/testing/log-store-contract'],
] as const;

/** The example as it is tested, with the package by its names. */
function exampleFile(name: string): string {
  const file = new URL(`example-engine/${name}`, import.meta.url);
  let code = readFileSync(file, 'utf8');
  for (const [source, published] of NAMES) code = code.replaceAll(source, published);
  return code;
}

test('the engine in the document is the one that passes the suite', () => {
  const files = [...document.matchAll(FILE)].map(({ groups }) => [groups?.name, groups?.code]);
  const names = ['array-log.ts', 'array-log-store.ts', 'array-log-store.test.ts'];
  expect(files).toEqual(names.map((name) => [name, exampleFile(name)]));
});
