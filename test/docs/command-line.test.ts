import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startTestBroker } from '../../src/testing/index.ts';
import { startCli } from '../app/cli/cli-run.ts';

const DOCUMENT = new URL('../../docs/command-line.md', import.meta.url);

/** The lines of the document's `sh` blocks, in their order: each builds on those before. */
function examples(): readonly string[] {
  const blocks = readFileSync(DOCUMENT, 'utf8').matchAll(/^```sh\n(.*?)^```/gms);
  return [...blocks].flatMap(([, text = '']) => text.trim().split('\n'));
}

/** As a shell would split it; the examples quote with apostrophes only. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

function parsed(line: string): { input: string; argv: readonly string[] } {
  const [first = '', second] = line.split(' | ');
  const [, ...argv] = words(second ?? first);
  if (second === undefined) return { input: '', argv };
  const [, text = ''] = words(first);
  return { input: text.replaceAll('\\n', '\n'), argv };
}

test('every example of the document does what it says', { timeout: 60_000 }, async () => {
  await using broker = await startTestBroker();
  const lines = examples();
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) {
    const { input, argv } = parsed(line);
    const env = { KAWADB_BOOTSTRAP_SERVER: broker.bootstrapServers };
    const { code, err } = await startCli(argv, { input, env }).done;
    expect({ line, code, err: code === 0 ? '' : err }).toEqual({ line, code: 0, err: '' });
  }
});
