import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { STORAGE_ENGINES } from '../support/storage-engines.ts';
import { available, FRANZ_GO, PYTHON, run } from './run-client.ts';

const script = (name: string) => fileURLToPath(new URL(`./python/${name}`, import.meta.url));

describe.each(STORAGE_ENGINES)('clients over the %s engine', (storage) => {
  let broker: BrokerProcess;
  beforeAll(async () => {
    broker = await startBrokerProcess({ storage });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  test.skipIf(!available('franz-go', FRANZ_GO))('franz-go', { timeout: 120_000 }, async () => {
    const client = await run(FRANZ_GO, [broker.bootstrap, 'franz-go']);
    expect(client).toEqual({ code: 0, output: 'ok\n', errors: '' });
  });

  test.skipIf(!available('franz-go', FRANZ_GO))(
    'franz-go in transactions',
    { timeout: 120_000 },
    async () => {
      const client = await run(FRANZ_GO, [broker.bootstrap, 'franz-go-copy', 'transactions']);
      expect(client).toEqual({ code: 0, output: 'ok\n', errors: '' });
    },
  );

  test.skipIf(!available('confluent-kafka', PYTHON))(
    'confluent-kafka (librdkafka)',
    { timeout: 120_000 },
    async () => {
      const args = [script('confluent_client.py'), broker.bootstrap, 'confluent'];
      expect(await run(PYTHON, args)).toMatchObject({ code: 0, output: 'ok\n' });
    },
  );

  test.skipIf(!available('confluent-kafka', PYTHON))(
    'confluent-kafka in transactions',
    { timeout: 120_000 },
    async () => {
      const args = [script('confluent_transactions.py'), broker.bootstrap, 'transactions'];
      expect(await run(PYTHON, args)).toMatchObject({ code: 0, output: 'ok\n' });
    },
  );

  test.skipIf(!available('aiokafka', PYTHON))('aiokafka', { timeout: 120_000 }, async () => {
    const args = [script('aiokafka_client.py'), broker.bootstrap, 'aiokafka'];
    expect(await run(PYTHON, args)).toMatchObject({ code: 0, output: 'ok\n' });
  });

  test.skipIf(!available('aiokafka', PYTHON))(
    'aiokafka in transactions',
    { timeout: 120_000 },
    async () => {
      const args = [script('aiokafka_transactions.py'), broker.bootstrap, 'aiokafka-copy'];
      expect(await run(PYTHON, args)).toMatchObject({ code: 0, output: 'ok\n' });
    },
  );

  test.skipIf(!available('kcat', 'kcat'))('kcat', { timeout: 120_000 }, async () => {
    const lines = Array.from({ length: 200 }, (_, n) => `key-${n}:value-${n}`);
    const produced = await run(
      'kcat',
      ['-b', broker.bootstrap, '-P', '-t', 'kcat', '-K', ':', '-z', 'snappy'],
      `${lines.join('\n')}\n`,
    );
    expect(produced.code, produced.errors).toBe(0);
    const consumed = await run('kcat', [
      ...['-b', broker.bootstrap, '-C', '-t', 'kcat', '-o', 'beginning', '-e', '-q'],
      ...['-f', '%k:%s\\n'],
    ]);
    expect(consumed.output.trim().split('\n').sort()).toEqual([...lines].sort());
    const listed = await run('kcat', ['-b', broker.bootstrap, '-L', '-J']);
    expect(JSON.parse(listed.output).topics).toContainEqual(
      expect.objectContaining({ topic: 'kcat' }),
    );
  });
});
