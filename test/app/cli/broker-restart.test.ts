import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startTestBroker } from '../../../src/testing/index.ts';
import { cli, startCli, until } from './cli-run.ts';

it.each([[], ['--group', 'g']])(
  'a consumer goes on when the broker was restarted %j',
  async (...options) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-restart-'));
    const first = await startTestBroker({ storage: 'segment', dataDir, topics: ['t'] });
    const env = { KAWADB_BOOTSTRAP_SERVER: first.bootstrapServers };
    await cli(['topic', 'produce', 't'], { env, input: 'before\n' });
    const consumer = startCli(['topic', 'consume', 't', ...options], { env });
    await until(() => consumer.out() === 'before\n');
    await first.close();
    const second = await startTestBroker({ storage: 'segment', dataDir, port: first.port });
    await cli(['topic', 'produce', 't'], { env, input: 'after\n' });
    await until(() => consumer.out() === 'before\nafter\n');
    consumer.stop();
    expect(await consumer.done).toMatchObject({ code: 0, err: '' });
    await second.close();
    await rm(dataDir, { recursive: true });
  },
);
