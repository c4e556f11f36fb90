import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from '../../ports/logger.ts';
import type { Sql } from '../../ports/sql.ts';
import type { TransportAddress } from '../../ports/transport.ts';
import { ListeningServer } from '../listening/listening-server.ts';
import { errorAnswer, HttpError } from './http-error.ts';
import { RunningQueries } from './running-queries.ts';
import { answerSql } from './sql-endpoint.ts';

export interface HttpListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly sql: Sql;
  readonly logger: Logger;
}

const CONNECTIONS_MAX = 200;
const REQUEST_TIMEOUT_MS = 30_000;
const PROGRESS_PATH = /^\/api\/v1\/sql\/progress\/([\w-]{1,100})$/;

/** The HTTP listener. It asks nobody who he is, so it belongs on a loopback address. */
export class HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #server: Server;
  readonly #listening: ListeningServer;
  readonly #running = new RunningQueries();

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS;
    this.#server.headersTimeout = REQUEST_TIMEOUT_MS;
    const { host, port, logger } = options;
    const keys = 'http.bind_host, http.bind_port';
    this.#listening = new ListeningServer(this.#server, {
      host,
      port,
      keys,
      logger,
      protocol: 'HTTP',
    });
  }

  async listen(): Promise<void> {
    await this.#listening.listen();
    this.#options.logger.info({ ...this.address }, 'listening for HTTP');
  }

  get address(): TransportAddress {
    return this.#listening.address;
  }

  /** Lets what is being answered come to its end for a moment, then breaks it off. */
  close(): Promise<void> {
    return this.#listening.close(() => this.#server.closeAllConnections());
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      const { status, error: told } = errorAnswer(error);
      if (status === 500) this.#options.logger.error({ error }, 'an HTTP request failed');
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(`${JSON.stringify({ error: told })}\n`);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Pages of other sites reach a listener of this machine through its browser; programs send no Origin.
    if (request.headers.origin !== undefined) {
      throw new HttpError(403, 'requests of web pages are not answered');
    }
    const path = request.url?.split('?')[0];
    const name = PROGRESS_PATH.exec(path ?? '')?.[1];
    if (name !== undefined && request.method === 'GET') {
      this.#answerProgress(name, response);
      return;
    }
    if (path !== '/api/v1/sql') {
      throw new HttpError(404, 'there is POST /api/v1/sql, and GET /api/v1/sql/progress/NAME');
    }
    if (request.method !== 'POST') throw new HttpError(405, 'ask with POST');
    await answerSql({ sql: this.#options.sql, running: this.#running }, request, response);
  }

  #answerProgress(name: string, response: ServerResponse): void {
    const progress = this.#running.progress(name);
    if (progress === undefined) throw new HttpError(404, `no query named ${name} runs`);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(progress)}\n`);
  }
}
