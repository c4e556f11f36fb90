import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { splitStatements } from '../../src/domain/sql/statements.ts';
import { startTestBroker } from '../../src/testing/index.ts';
import { cli } from '../app/cli/cli-run.ts';

const TEXT = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8');

function blocks(language: string): string[] {
  const found = TEXT.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
  return [...found].map(([, text = '']) => text.trim());
}

test('every example of docs/sql.md does what it says', { timeout: 60_000 }, async () => {
  const settings = { 'http.enabled': true, 'http.bind_port': 0 };
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-docs-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const options = { storage: 'segment', dataDir, topics: ['user-events'], settings } as const;
  await using broker = await startTestBroker(options);
  const values = blocks('json')[0]?.split('\n') ?? [];
  await broker.produceBatch(
    'user-events',
    values.map((value) => ({ value, headers: { source: 'shop' } })),
  );
  const results = [];
  for (const sql of blocks('sql').flatMap((text) => splitStatements(text).statements)) {
    results.push(await broker.sql(sql));
  }
  expect(results.length).toBeGreaterThan(12);
  expect(results[1]).toContainEqual({ event: 'buy', n: 1n, total: 12 });
  expect(results[2]).toEqual([{ path: '/home', source: 'shop' }]);
  const shown = results.find(([first]) => first?.explain_key === 'topic_scans')?.[0]?.explain_value;
  expect(TEXT).toContain(`\`${String(shown)}\``);
  for (const line of blocks('sh').flatMap((text) => text.split('\n'))) {
    const [first = '', second] = line.split(' | ');
    const words = [...(second ?? first).matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, a, b]) => a ?? b ?? '',
    );
    const input =
      second === undefined ? '' : (/'(.*)'/.exec(first)?.[1] ?? '').replaceAll('\\n', '\n');
    const run = await cli(words.slice(1), {
      input,
      env: { KAWADB_HTTP_URL: broker.httpUrl ?? '' },
    });
    expect({ line, code: run.code, printed: run.out !== '' }).toEqual({
      line,
      code: 0,
      printed: true,
    });
  }
});
