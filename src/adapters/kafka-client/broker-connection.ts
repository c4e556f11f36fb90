import { connect, type Socket } from 'node:net';
import { ApiVersionsApi } from '../../domain/protocol/messages/api-versions.ts';
import type { ApiDefinition, RequestInput, ResponseOf } from '../../domain/protocol/schema.ts';
import { askVersions } from './api-versions-exchange.ts';
import type { BrokerAddress } from './broker-address.ts';
import { ConnectionError, reasonOf } from './connection-error.ts';
import { FrameAssembler } from './frame-assembler.ts';
import { correlationIdOf, decodeResponse, encodeRequest } from './request-bytes.ts';
import { commonVersion, type SupportedVersions } from './supported-versions.ts';

export interface ConnectionOptions {
  readonly clientId: string;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly maxResponseBytes: number;
}

export interface SendOptions {
  /** Where newer versions address topics in another way than the caller does. */
  readonly maxVersion?: number;
  readonly timeoutMs?: number;
}

interface Pending {
  readonly resolve: (frame: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A request whose form depends on the version that was agreed on. */
export type RequestForm<Api extends ApiDefinition> =
  | RequestInput<Api>
  | ((version: number) => RequestInput<Api>);

/** One socket to one broker: requests are pipelined, and answers found by their correlation ids. */
export class BrokerConnection {
  readonly address: BrokerAddress;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #versions: SupportedVersions = new Map();
  #correlationId = 0;
  #failure: ConnectionError | undefined;

  private constructor(address: BrokerAddress, socket: Socket, options: ConnectionOptions) {
    this.address = address;
    this.#socket = socket;
    this.#options = options;
    const frames = new FrameAssembler(options.maxResponseBytes, (frame) => this.#answered(frame));
    socket.on('data', (chunk: Uint8Array) => {
      try {
        frames.push(chunk);
      } catch (error) {
        this.#fail(`sent what is no Kafka answer: ${(error as Error).message}`);
      }
    });
    socket.on('error', (error) => this.#fail(reasonOf(error)));
    socket.on('close', () => this.#fail('the broker closed the connection'));
  }

  static async open(address: BrokerAddress, options: ConnectionOptions): Promise<BrokerConnection> {
    const socket = await connected(address, options.connectTimeoutMs);
    const connection = new BrokerConnection(address, socket, options);
    try {
      connection.#versions = await askVersions((version, request) =>
        connection.#exchange(ApiVersionsApi, version, request),
      );
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  get closed(): boolean {
    return this.#failure !== undefined;
  }

  async send<Api extends ApiDefinition>(
    api: Api,
    form: RequestForm<Api>,
    options: SendOptions = {},
  ): Promise<ResponseOf<Api>> {
    const version = commonVersion(api, this.#versions, options.maxVersion);
    const request = typeof form === 'function' ? form(version) : form;
    const frame = await this.#exchange(api, version, request, options.timeoutMs);
    return decodeResponse(api, version, frame);
  }

  /** For a Produce request with acks=0, which is not answered. */
  async sendUnanswered<Api extends ApiDefinition>(
    api: Api,
    request: RequestInput<Api>,
    { maxVersion }: SendOptions = {},
  ): Promise<void> {
    const version = commonVersion(api, this.#versions, maxVersion);
    if (this.#failure !== undefined) throw this.#failure;
    const correlationId = this.#nextId();
    const { clientId } = this.#options;
    const pieces = encodeRequest(api, { version, correlationId, clientId }, request);
    await new Promise<void>((resolve) => this.#write(pieces, resolve));
  }

  close(): void {
    this.#fail('closed');
  }

  #exchange<Api extends ApiDefinition>(
    api: Api,
    version: number,
    request: RequestInput<Api>,
    timeoutMs: number = this.#options.requestTimeoutMs,
  ): Promise<Uint8Array> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const correlationId = this.#nextId();
    const { clientId } = this.#options;
    const pieces = encodeRequest(api, { version, correlationId, clientId }, request);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(`no answer to ${api.name} within ${timeoutMs} ms`),
        timeoutMs,
      );
      this.#pending.set(correlationId, { resolve, reject, timer });
      this.#write(pieces);
    });
  }

  #nextId(): number {
    this.#correlationId = (this.#correlationId + 1) & 0x7fffffff;
    return this.#correlationId;
  }

  #write(pieces: readonly Uint8Array[], done?: () => void): void {
    this.#socket.cork();
    for (const piece of pieces.slice(0, -1)) this.#socket.write(piece);
    this.#socket.write(pieces.at(-1) as Uint8Array, done);
    this.#socket.uncork();
  }

  #answered(frame: Uint8Array): void {
    const id = correlationIdOf(frame);
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      this.#fail(`answered a request that was not sent (correlation id ${id})`);
      return;
    }
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    pending.resolve(frame);
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    const failure = new ConnectionError(this.address, reason);
    this.#failure = failure;
    this.#socket.destroy();
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(failure);
    }
    this.#pending.clear();
  }
}

function connected(address: BrokerAddress, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, noDelay: true });
    const fail = (reason: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ConnectionError(address, reason));
    };
    const timer = setTimeout(() => fail(`no connection within ${timeoutMs} ms`), timeoutMs);
    socket.once('error', (error) => fail(reasonOf(error)));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
