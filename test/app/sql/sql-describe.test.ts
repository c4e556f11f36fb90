import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { startTestBroker } from '../../../src/testing/index.ts';

test('drivers that ask for the columns first have their statements carried out once', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-describe-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const settings = { 'postgres.enabled': true, 'postgres.bind_port': 0 };
  await using broker = await startTestBroker({
    storage: 'segment',
    dataDir,
    topics: ['ticks'],
    settings,
  });
  await broker.produceBatch('ticks', [{ value: '{"n": 1}' }, { value: '{"n": 2}' }]);
  const client = new pg.Client({ connectionString: broker.postgresUrl });
  await client.connect();
  // A name makes it the extended protocol, which describes before it executes.
  const run = async (text: string, values?: unknown[]) =>
    (await client.query({ name: text, text, ...(values && { values }) })).rows as unknown[];
  try {
    await run('CREATE TOPIC SCHEMA ticks (n BIGINT)');
    expect(await run('SHOW TOPIC SCHEMAS')).toMatchObject([{ topic: 'ticks' }]);
    await run('EXPORT TOPIC ticks TO HISTORY WITH OPEN SEGMENTS');
    expect(await run('SHOW TOPIC HISTORY')).toMatchObject([{ records: '2' }]);
    const copy = "COPY (SELECT n FROM ticks WHERE n < $1) TO 'few.csv'";
    await run(copy, [2]);
    expect(await readdir(join(dataDir, 'sql/exports'))).toEqual(['few.csv']);
    await run('DROP TOPIC HISTORY ticks');
    await run('DROP TOPIC SCHEMA ticks');
  } finally {
    await client.end();
  }
});
