import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broker, startTestBroker } from '../../../src/testing/index.ts';
import { cli } from './cli-run.ts';

const PROGRAM = fileURLToPath(new URL('../../../src/app/cli/main.ts', import.meta.url));

let broker: Broker;
let env: Record<string, string>;

beforeAll(async () => {
  broker = await startTestBroker({ topics: ['numbers'] });
  env = { KAWADB_BOOTSTRAP_SERVER: broker.bootstrapServers };
  const lines = Array.from({ length: 50_000 }, (_, index) => `${index} ${'.'.repeat(50)}`);
  await cli(['topic', 'produce', 'numbers'], { env, input: lines.join('\n') });
});
afterAll(() => broker.close());

function start(...argv: string[]) {
  return spawn(process.execPath, [PROGRAM, ...argv], { env: { ...process.env, ...env } });
}

async function printed(...argv: string[]): Promise<string> {
  const child = start(...argv);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return text;
}

describe('the program as a process', () => {
  it('ends with 0 and in silence when its reader goes away', async () => {
    const child = start('topic', 'consume', 'numbers');
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    child.stdout.destroy();
    const [code] = await once(child, 'exit');
    expect(first.toString()).toMatch(/^0 \./);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends consuming with 0 on %s', async (signal) => {
    const child = start('topic', 'consume', 'numbers', '--from', '-1');
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('sends what was typed when it is interrupted', async () => {
    await cli(['topic', 'create', 'typed'], { env });
    const child = start('topic', 'produce', 'typed');
    child.stdin.write('one\ntwo\n');
    const sent = async () => (await cli(['topic', 'consume', 'typed', '-e'], { env })).out;
    while ((await sent()) === '') await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await sent()).toBe('one\ntwo\n');
  });

  it('completes commands, options and choices', async () => {
    expect(await printed('complete', '--', 'topic', '')).toMatch(/^alter-config\t/m);
    expect(await printed('complete', '--', 'topic', 'consume', '--')).toMatch(/^--group\t/m);
    expect(await printed('complete', '--', 'topic', 'produce', '-z', '')).toMatch(/^zstd\b/m);
  });

  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', async (shell) => {
    expect(await printed('completion', shell)).toContain('kawadb complete --');
  });
});
