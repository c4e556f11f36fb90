import { createServer, type Socket } from 'node:net';
import type { Logger } from '../../ports/logger.ts';
import type { Random } from '../../ports/random.ts';
import type { Sql } from '../../ports/sql.ts';
import type { TransportAddress } from '../../ports/transport.ts';
import { ListeningServer } from '../listening/listening-server.ts';
import { type Authenticate, trust } from './authentication.ts';
import { BackendMessages } from './backend-messages.ts';
import { CancelKeys } from './cancel-keys.ts';
import { ClientConnection } from './client-connection.ts';
import { PostgresError } from './postgres-error.ts';

export interface PostgresListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly sql: Sql;
  readonly logger: Logger;
  readonly random: Random;
  readonly connectionsMax: number;
  readonly messageBytesMax: number;
  readonly startupTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  /** Everyone is let in when absent. */
  readonly authenticate?: Authenticate;
}

/** Answers clients of PostgreSQL: psql, drivers, tools for dashboards. */
export class PostgresListener {
  readonly #options: PostgresListenerOptions;
  readonly #listening: ListeningServer;
  readonly #cancelKeys: CancelKeys;
  readonly #connections = new Map<ClientConnection, Promise<void>>();

  constructor(options: PostgresListenerOptions) {
    this.#options = options;
    this.#cancelKeys = new CancelKeys(options.random);
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) =>
      this.#accept(socket),
    );
    const { host, port, logger } = options;
    const keys = 'postgres.bind_host, postgres.bind_port';
    this.#listening = new ListeningServer(server, {
      host,
      port,
      keys,
      logger,
      protocol: 'PostgreSQL',
    });
  }

  async listen(): Promise<void> {
    await this.#listening.listen();
    this.#options.logger.info({ ...this.address }, 'listening for PostgreSQL clients');
  }

  get address(): TransportAddress {
    return this.#listening.address;
  }

  /** Lets statements come to an end for a moment, then breaks the connections off. */
  async close(): Promise<void> {
    const closed = this.#listening.close(() => {
      for (const connection of this.#connections.keys()) connection.destroy();
    });
    for (const connection of this.#connections.keys()) void connection.close();
    await closed;
    await Promise.all(this.#connections.values());
  }

  #accept(socket: Socket): void {
    const { sql, logger, connectionsMax, messageBytesMax, startupTimeoutMs } = this.#options;
    const { idleInTransactionTimeoutMs } = this.#options;
    if (this.#connections.size >= connectionsMax) {
      socket.on('error', () => undefined);
      socket.end(tooMany(connectionsMax));
      return;
    }
    const connection = new ClientConnection(socket, {
      ...{ sql, logger, messageBytesMax, startupTimeoutMs, idleInTransactionTimeoutMs },
      authenticate: this.#options.authenticate ?? trust,
      cancelKeys: this.#cancelKeys,
    });
    const run = connection.run().finally(() => this.#connections.delete(connection));
    this.#connections.set(connection, run);
  }
}

function tooMany(connectionsMax: number): Uint8Array {
  const message = `there are ${connectionsMax} clients already (postgres.connections_max)`;
  return new BackendMessages().error(new PostgresError('53300', message, { fatal: true })).take();
}
