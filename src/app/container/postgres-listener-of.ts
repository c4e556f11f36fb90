import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Random } from '../../ports/random.ts';
import type { Sql } from '../../ports/sql.ts';
import type { TransportAddress } from '../../ports/transport.ts';

export interface OpenedPostgresListener {
  readonly address: TransportAddress;
  listen(): Promise<void>;
  close(): Promise<void>;
}

export interface PostgresListenerParts {
  readonly sql: Sql;
  readonly logger: Logger;
  readonly random: Random;
}

/** The listener for PostgreSQL's clients, where the config asks for one. Only then is it loaded. */
export async function postgresListenerOf(
  config: BrokerConfig,
  { sql, logger, random }: PostgresListenerParts,
): Promise<OpenedPostgresListener | undefined> {
  if (!config.get('postgres.enabled')) return undefined;
  const { PostgresListener } = await import('../../adapters/postgres/postgres-listener.ts');
  return new PostgresListener({
    host: config.get('postgres.bind_host'),
    port: config.get('postgres.bind_port'),
    connectionsMax: config.get('postgres.connections_max'),
    messageBytesMax: config.get('postgres.message_bytes_max'),
    startupTimeoutMs: config.get('postgres.startup_timeout_ms'),
    idleInTransactionTimeoutMs: config.get('postgres.idle_in_transaction_timeout_ms'),
    ...{ sql, random },
    logger: logger.child({ component: 'postgres' }),
  });
}
