import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avro from 'avsc';
import { expect, onTestFinished, test } from 'vitest';
import { startTestBroker } from '../../../../src/testing/index.ts';

const SCHEMA = {
  ...{ type: 'record', name: 'Click' },
  fields: [
    { name: 'user_id', type: 'long' },
    { name: 'page', type: 'string' },
  ],
} as const;
const type = avro.Type.forSchema(SCHEMA as avro.Schema);

test('a view over a topic of Avro goes on after a restart, and records that do not fit are counted', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-schemas-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const start = () => startTestBroker({ storage: 'segment', dataDir });
  const click = (user_id: number, page: string) => ({ value: type.toBuffer({ user_id, page }) });
  {
    await using broker = await start();
    await broker.createTopic('clicks');
    await broker.sql(
      `CREATE TOPIC SCHEMA clicks WITH (format = 'avro', schema = '${JSON.stringify(SCHEMA)}')`,
    );
    await broker.sql(
      "CREATE MATERIALIZED VIEW pages WITH (on_error = 'skip') AS SELECT page, count(*) AS n, sum(user_id)::BIGINT AS users FROM clicks GROUP BY page",
    );
    await broker.produceBatch('clicks', [click(1, 'home'), click(2, 'home')]);
    await broker.streamCaughtUp('pages');
    expect(await broker.sql('SELECT * FROM pages')).toEqual([{ page: 'home', n: 2n, users: 3n }]);
  }
  await using broker = await start();
  await broker.produceBatch('clicks', [click(3, 'home'), { value: Buffer.from([255]) }]);
  await broker.streamCaughtUp('pages');
  expect(await broker.sql('SELECT * FROM pages')).toEqual([{ page: 'home', n: 3n, users: 6n }]);
  expect(await broker.sql('SHOW STREAMS')).toMatchObject([{ state: 'RUNNING', errors: 1n }]);
});
