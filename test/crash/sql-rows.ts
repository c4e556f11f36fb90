import { SqlClient } from '../../src/app/cli/sql/sql-client.ts';
import { type BrokerProcess, listeningPort } from '../support/broker-process.ts';

/** All rows of a statement, over HTTP. */
export async function sqlRows(running: BrokerProcess, sql: string) {
  const port = await listeningPort(running, 'HTTP');
  const client = new SqlClient({ url: `http://127.0.0.1:${port}`, timeoutMs: undefined });
  const found: Readonly<Record<string, unknown>>[] = [];
  for await (const row of (await client.query(sql)).rows) found.push(row);
  return found;
}
