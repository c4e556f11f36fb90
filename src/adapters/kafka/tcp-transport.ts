import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ClientThrottle } from '../../ports/client-throttle.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Transport, TransportAddress } from '../../ports/transport.ts';
import { ChunkPool } from './chunk-pool.ts';
import { Connection } from './connection.ts';
import { CONNECTION_LIMITS_DEFAULT, type ConnectionLimits } from './connection-limits.ts';
import type { HandlerRegistry } from './handler-registry.ts';
import { Peer } from './peer.ts';
import { RequestBudget } from './request-budget.ts';
import { RequestDispatcher } from './request-dispatcher.ts';
import { attachSocket, type ReadMode } from './tcp-socket.ts';

export interface TcpTransportOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly registry: HandlerRegistry;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly logger: Logger;
  readonly listenerName?: string;
  readonly limits?: Partial<ConnectionLimits>;
  readonly readMode?: ReadMode;
  /** Shared by the listeners of one broker; each makes its own when absent. */
  readonly pool?: ChunkPool;
  /** Holds clients to their quotas; without it nobody has any. */
  readonly throttle?: ClientThrottle;
  /** The same: what all listeners together may hold (Kafka's SocketServer has one memory pool too). */
  readonly budget?: RequestBudget;
}

const BACKLOG = 511;
const SWEEP_MS_MIN = 20;
const SWEEP_MS_MAX = 5_000;
const HELD_MS_MAX = 10_000;

/** Kafka's plain TCP listener. */
export class TcpTransport implements Transport {
  readonly #options: TcpTransportOptions;
  #limits: ConnectionLimits;
  readonly #pool: ChunkPool;
  readonly #budget: RequestBudget;
  readonly #dispatcher: RequestDispatcher;
  readonly #connections = new Set<Connection>();
  readonly #connectionsByHost = new Map<string, number>();
  readonly #held = new Set<Socket>();
  #server: Server | undefined;
  #address: TransportAddress | undefined;
  #cancelSweep: (() => void) | undefined;
  #connectionsMade = 0;
  #emptied: (() => void) | undefined;

  constructor(options: TcpTransportOptions) {
    this.#options = options;
    this.#limits = { ...CONNECTION_LIMITS_DEFAULT, ...options.limits };
    this.#pool = options.pool ?? new ChunkPool();
    this.#budget = options.budget ?? new RequestBudget(this.#limits.queuedRequestBytesMax);
    this.#dispatcher = new RequestDispatcher(options.registry, options.throttle);
  }

  get address(): TransportAddress | undefined {
    return this.#address;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Bytes of requests in flight and of frames that arrive, of all who share the budget. */
  get queuedRequestBytes(): number {
    return this.#budget.bytes;
  }

  /** Bytes of answers that clients have not read yet, of all who share the budget. */
  get unreadAnswerBytes(): number {
    return this.#budget.answers.bytes;
  }

  get pool(): ChunkPool {
    return this.#pool;
  }

  /** Takes new limits on how many may connect; who is connected stays. */
  limitConnections(
    limits: Pick<ConnectionLimits, 'connectionsMax' | 'connectionsPerHostMax'>,
  ): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  listen(): Promise<TransportAddress> {
    const { host, port } = this.#options;
    const server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true });
    this.#server = server;
    server.on('connection', (socket) => this.#accept(socket));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: BACKLOG }, () => {
        server.off('error', reject);
        // An accept that failed (no descriptors left) is not the listener's end.
        server.on('error', (error) => this.#options.logger.error({ error }, 'accepting failed'));
        this.#address = { host, port: (server.address() as AddressInfo).port };
        this.#planSweep();
        resolve(this.#address);
      });
    });
  }

  async close(): Promise<void> {
    this.#server?.close();
    this.#server = undefined;
    this.#address = undefined;
    for (const socket of this.#held) socket.destroy();
    for (const connection of this.#connections) connection.end('the broker stops');
    await this.#emptiedWithin(this.#limits.closeGraceMs);
    for (const connection of this.#connections) connection.destroy('the broker stops');
    // Sockets tell their end in a later turn.
    await this.#emptiedWithin(this.#limits.closeGraceMs);
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
  }

  #emptiedWithin(delayMs: number): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.timer.schedule(delayMs, resolve);
      this.#emptied = () => {
        cancel();
        resolve();
      };
    });
  }

  #accept(socket: Socket): void {
    const { logger, listenerName = 'PLAINTEXT', readMode = 'in-place' } = this.#options;
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    const host = remoteAddress ?? '';
    const refused = this.#refusal(host);
    if (refused !== undefined) {
      logger.debug({ clientHost: host }, refused);
      socket.destroy();
      return;
    }
    const waitMs = this.#options.throttle?.connected(host) ?? 0;
    if (waitMs > 0) {
      this.#hold(socket, waitMs);
      return;
    }
    this.#connectionsMade += 1;
    // Kafka's form of a connection id: local address, remote address, a running number.
    const ends = `${localAddress}:${localPort}-${remoteAddress}:${remotePort}`;
    const name = `${ends}-${this.#connectionsMade}`;
    const peer = new Peer(name, `/${host}`, remotePort ?? 0, listenerName);
    const connection = new Connection({
      peer,
      dispatcher: this.#dispatcher,
      pool: this.#pool,
      limits: this.#limits,
      budget: this.#budget,
      timer: this.#options.timer,
      logger,
      onClose: (closed) => this.#forget(closed, host),
    });
    this.#connections.add(connection);
    this.#connectionsByHost.set(host, (this.#connectionsByHost.get(host) ?? 0) + 1);
    connection.attach(attachSocket(socket, readMode, connection));
  }

  /** An address that connects too often is kept waiting before it is hung up on, or it would be back at once (KIP-612). */
  #hold(socket: Socket, waitMs: number): void {
    this.#held.add(socket);
    socket.on('error', () => undefined);
    this.#options.timer.schedule(Math.min(waitMs, HELD_MS_MAX), () => {
      this.#held.delete(socket);
      socket.destroy();
    });
  }

  /** Why a connection from `host` is not taken. */
  #refusal(host: string): string | undefined {
    const { connectionsMax, connectionsPerHostMax } = this.#limits;
    if (this.#server === undefined) return 'refused: the broker stops';
    if (this.#connections.size + this.#held.size >= connectionsMax)
      return 'refused: max.connections is reached';
    const ofHost = this.#connectionsByHost.get(host) ?? 0;
    return ofHost >= connectionsPerHostMax
      ? 'refused: max.connections.per.ip is reached'
      : undefined;
  }

  #forget(connection: Connection, host: string): void {
    if (!this.#connections.delete(connection)) return;
    const ofHost = (this.#connectionsByHost.get(host) ?? 1) - 1;
    if (ofHost === 0) this.#connectionsByHost.delete(host);
    else this.#connectionsByHost.set(host, ofHost);
    if (this.#connections.size === 0) this.#emptied?.();
  }

  #planSweep(): void {
    const { timer, clock } = this.#options;
    const shortest = Math.min(this.#limits.connectionIdleMs, this.#limits.frameTimeoutMs);
    const delayMs = Math.min(Math.max(shortest / 4, SWEEP_MS_MIN), SWEEP_MS_MAX);
    this.#cancelSweep = timer.schedule(delayMs, () => {
      const nowMs = clock.nowMs();
      for (const connection of this.#connections) connection.sweep(nowMs);
      this.#planSweep();
    });
  }
}
