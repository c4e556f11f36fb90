import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../src/index.ts';
import { startTestBroker } from '../../src/testing/index.ts';
import { available, GRAFANA_CLIENT, JDBC_DRIVER, run } from './run-client.ts';

const JDBC_CLIENT = fileURLToPath(new URL('./jdbc/JdbcClient.java', import.meta.url));
const hasJdbc = available("PostgreSQL's JDBC driver", JDBC_DRIVER) && available('java', 'java');
const hasGrafana = available("Grafana's drivers", GRAFANA_CLIENT);

let broker: Broker;
beforeAll(async () => {
  broker = await startTestBroker({
    topics: { 'user-events': {}, metrics: {} },
    settings: { 'postgres.enabled': true, 'postgres.bind_port': 0 },
  });
  await broker.produceBatch(
    'user-events',
    Array.from({ length: 1000 }, (_, id) => ({ value: JSON.stringify({ id }) })),
  );
  await broker.produceBatch(
    'metrics',
    Array.from({ length: 600 }, (_, n) => ({
      timestampMs: 1_700_000_000_000 + n * 1000,
      value: JSON.stringify({ host: `host-${n % 2}`, load: n / 10, requests: n }),
    })),
  );
  await broker.sql('CREATE VIEW clicks AS SELECT id FROM "user-events"');
});
afterAll(() => broker.close());

describe.skipIf(!hasJdbc)("PostgreSQL's JDBC driver", { timeout: 180_000 }, () => {
  test('reads metadata, values, cursors; writes batches and transactions; cancels', async () => {
    const url = `${broker.postgresUrl?.replace(/^postgresql:\/\/kawadb@/, 'jdbc:postgresql://')}?user=kawadb`;
    const found = await run('java', ['-Xmx200m', '-cp', JDBC_DRIVER, JDBC_CLIENT, url]);
    expect(found).toMatchObject({ code: 0, output: 'ok\n', errors: '' });
  });
});

describe.skipIf(!hasGrafana)("Grafana's drivers, pgx and lib/pq", { timeout: 180_000 }, () => {
  test.each(['pgx', 'pq'])('ask over %s as its data source does', async (driver) => {
    const found = await run(GRAFANA_CLIENT, [driver, broker.postgresUrl as string]);
    expect(found).toMatchObject({ code: 0, output: 'ok\n', errors: '' });
  });
});
