import type { Chunk } from './chunk-pool.ts';
import type { Peer } from './peer.ts';
import type { ClientSoftware, RequestContext, RequestHandler } from './request-handler.ts';
import type { RequestQuota } from './request-quota.ts';

/** One request and the answer it waits for. It is also what the handler sees as its context. */
export class Exchange implements RequestContext {
  readonly handler: RequestHandler;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly sizeBytes: number;
  readonly quota: RequestQuota | undefined;
  answer: unknown;
  /** The answer to come, when the handler did not answer at once. */
  pending: Promise<unknown> | undefined;
  /** What the handler threw at once; then there is no answer. */
  failure: unknown;
  settled = false;
  readonly #peer: Peer;
  #chunk: Chunk | undefined;
  #afterResponse: (() => void)[] | undefined;

  constructor(
    handler: RequestHandler,
    apiVersion: number,
    correlationId: number,
    clientId: string | null,
    peer: Peer,
    chunk: Chunk,
    sizeBytes: number,
    quota: RequestQuota | undefined,
  ) {
    this.handler = handler;
    this.apiVersion = apiVersion;
    this.correlationId = correlationId;
    this.clientId = clientId;
    this.sizeBytes = sizeBytes;
    this.#peer = peer;
    this.quota = quota;
    this.#chunk = chunk;
    chunk.retain();
  }

  get connectionId(): string {
    return this.#peer.connectionId;
  }

  get clientHost(): string {
    return this.#peer.clientHost;
  }

  get clientPort(): number {
    return this.#peer.clientPort;
  }

  get software(): ClientSoftware | undefined {
    return this.#peer.software;
  }

  identify(software: ClientSoftware): void {
    this.#peer.software = software;
  }

  get principal(): string {
    return this.#peer.principal;
  }

  get listenerName(): string {
    return this.#peer.listenerName;
  }

  get signal(): AbortSignal {
    return this.#peer.signal;
  }

  afterResponse(callback: () => void): void {
    if (this.#afterResponse === undefined) this.#afterResponse = [callback];
    else this.#afterResponse.push(callback);
  }

  /** Lets go of the request's bytes; the answer is encoded, or nobody will read it. */
  releaseRequest(): void {
    this.#chunk?.release();
    this.#chunk = undefined;
  }

  /** The callbacks that wait for the answer to be sent; they are handed over once. */
  takeAfterResponse(): readonly (() => void)[] | undefined {
    const callbacks = this.#afterResponse;
    this.#afterResponse = undefined;
    return callbacks;
  }
}
