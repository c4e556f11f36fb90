import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';
import { cli } from './cli-run.ts';

let broker: Broker;
let directory: string;
let env: Record<string, string>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kawadb-sql-cli-'));
  broker = await startTestBroker({
    topics: ['user-events'],
    settings: { 'http.enabled': true, 'http.bind_port': 0 },
  });
  env = { KAWADB_HTTP_URL: broker.httpUrl ?? '' };
  await broker.produceBatch('user-events', [
    { value: '{"id": 1, "name": "Anna|x"}' },
    { value: '{"id": 20, "name": null}' },
  ]);
});
afterAll(async () => {
  await broker.close();
  await rm(directory, { recursive: true, force: true });
});

describe('kawadb sql', () => {
  const query = 'SELECT id, name FROM user_events ORDER BY id';

  test.each([
    ['table', ' id  name\n---  ------\n  1  Anna|x\n 20  NULL\n'],
    ['csv', 'id,name\n1,Anna|x\n20,\n'],
    ['json', '{"id":1,"name":"Anna|x"}\n{"id":20,"name":null}\n'],
    ['line', '  id = 1\nname = Anna|x\n\n  id = 20\nname = NULL\n'],
    ['markdown', '|  id | name    |\n| --: | ------- |\n|   1 | Anna\\|x |\n|  20 | NULL    |\n'],
  ])('-m %s', async (mode, out) => {
    expect(await cli(['sql', '-m', mode, '-c', query], { env })).toEqual({ code: 0, out, err: '' });
  });

  test('values of several lines keep them in a table, and no control character gets out', async () => {
    const sql = "SELECT 'a' || chr(10) || 'bcde' AS x, chr(27) || '[2J' AS y";
    const { out } = await cli(['sql', '-c', sql], { env });
    expect(Buffer.from(out, 'latin1').toString()).toBe(
      'x     y\n----  ----\na     \uFFFD[2J\nbcde\n',
    );
    const markdown = await cli(['sql', '-m', 'markdown', '-c', sql], { env });
    expect(markdown.out).toContain('a\\nbcde');
  });

  test('statements of a file, of a pipe and of several -c', async () => {
    const file = join(directory, 'script.sql');
    await writeFile(file, "SELECT 'a;b' AS x; -- one\nSELECT 2 AS y");
    const expected = '{"x":"a;b"}\n{"y":2}\n';
    expect((await cli(['sql', '-m', 'json', '-f', file], { env })).out).toBe(expected);
    const input = await readFile(file);
    expect((await cli(['sql', '-m', 'json'], { env, input })).out).toBe(expected);
    const several = ['-c', "SELECT 'a;b' AS x", '-c', 'SELECT 2 AS y'];
    expect((await cli(['sql', '-m', 'json', ...several], { env })).out).toBe(expected);
  });

  test('a wrong statement is told under its line, and what follows is not run', async () => {
    const { code, out, err } = await cli(
      ['sql', '-c', 'SELECT idd\nFROM user_events', '-c', 'SELECT 1'],
      { env },
    );
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'kawadb: Referenced column "idd" not found in FROM clause!\n  SELECT idd\n         ^\nhint: Candidate bindings: "id"\n',
    );
  });

  test('a broker that is not there, or has no listener', async () => {
    const { code, err } = await cli(['sql', '-c', 'SELECT 1', '--url', 'http://127.0.0.1:1'], {});
    expect(code).toBe(1);
    expect(err).toContain('http.enabled=true');
    expect((await cli(['sql', 'SELECT 1'], { env })).code).toBe(2);
  });

  test('the shell: several lines, commands, history, failures that do not end it', async () => {
    const history = join(directory, 'history');
    const input = [
      ...[
        '.tables',
        '\\d user-events',
        '.mode json',
        'SELECT id',
        'FROM user_events',
        'WHERE id = 20;',
      ],
      ...['SELEC 1;', '.nothing', 'SELECT 3 AS three; SELECT 4 AS four;', '.quit', 'SELECT 5;'],
    ].join('\n');
    const { code, out, err } = await cli(['sql', '-i'], {
      env: { ...env, KAWADB_HISTORY: history },
      input,
    });
    expect(code).toBe(0);
    expect(out).toContain('user-events  topic');
    expect(out).toContain('kafka_offset');
    expect(out.endsWith('{"id":20}\n{"three":3}\n{"four":4}\n')).toBe(true);
    expect(err).toContain('syntax error at or near "SELEC"');
    expect(err).toContain('.nothing');
    expect((await readFile(history, 'utf8')).split('\n')).toContain('WHERE id = 20;');
  });
});
