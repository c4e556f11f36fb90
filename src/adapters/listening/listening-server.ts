import type { AddressInfo, Server } from 'node:net';
import type { Logger } from '../../ports/logger.ts';
import type { TransportAddress } from '../../ports/transport.ts';

export interface ListeningServerOptions {
  readonly host: string;
  readonly port: number;
  /** As it is told: `HTTP`, `PostgreSQL`. */
  readonly protocol: string;
  /** The keys that set host and port. */
  readonly keys: string;
  readonly logger: Logger;
}

const CLOSE_AFTER_MS = 5000;

/** Opens and closes a server, in the same way for the listeners beside Kafka's. */
export class ListeningServer {
  readonly #server: Server;
  readonly #options: ListeningServerOptions;

  constructor(server: Server, options: ListeningServerOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** Rejects with what the port is for, and by which keys to choose another one. */
  async listen(): Promise<void> {
    const { host, port, protocol, keys, logger } = this.#options;
    const name = `the ${protocol} listener`;
    await new Promise<void>((resolve, reject) => {
      const failed = (cause: Error): void => {
        const where = `${name} (${keys}) cannot listen on ${host}:${port}`;
        reject(new Error(`${where}: ${cause.message}`, { cause }));
      };
      this.#server.once('error', failed);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', failed);
        resolve();
      });
    });
    this.#server.on('error', (error) => logger.error({ error }, `${name} failed`));
  }

  get address(): TransportAddress {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /** Takes no more connections; those that are open get a moment to come to their end before they are broken off. */
  async close(breakOff: () => void): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    const late = setTimeout(breakOff, CLOSE_AFTER_MS);
    await closed;
    clearTimeout(late);
  }
}
