import { codec } from '../../domain/protocol/compile.ts';
import { ApiVersionsApi } from '../../domain/protocol/messages/api-versions.ts';
import { ProtocolError } from '../../domain/wire/protocol-error.ts';
import type { ClientThrottle } from '../../ports/client-throttle.ts';
import { AnswerEncoder } from './answer-encoder.ts';
import { Exchange } from './exchange.ts';
import type { FrameReader } from './frame-reader.ts';
import type { HandlerRegistry } from './handler-registry.ts';
import { unsupportedApiVersions } from './handlers/api-versions.ts';
import type { Peer } from './peer.ts';
import { type ClientIdReader, type FixedHeader, readFixedHeader } from './request-frame.ts';
import type { RequestHandler } from './request-handler.ts';
import { RequestQuota } from './request-quota.ts';

/** A request whose header was looked at and that may start, or must wait for its turn. */
export interface NextRequest extends FixedHeader {
  handler: RequestHandler;
}

/** The version whose layout answers a version of ApiVersions we do not know (KIP-511). */
const FALLBACK_VERSION = 0;

/** Answers an ApiVersions request of an unknown version; its body is not looked at. */
const UNSUPPORTED_API_VERSIONS: RequestHandler = {
  api: ApiVersionsApi,
  handle: () => unsupportedApiVersions(),
} as unknown as RequestHandler;

/** From a frame to its handler. Holds no state of a connection. */
export class RequestDispatcher {
  readonly registry: HandlerRegistry;
  readonly encoder = new AnswerEncoder();
  readonly #throttle: ClientThrottle | undefined;

  constructor(registry: HandlerRegistry, throttle?: ClientThrottle) {
    this.registry = registry;
    this.#throttle = throttle;
  }

  /**
   * Who answers the frame `frames` stands at. Kafka hangs up without an answer on an unknown key or version, a
   * removed or controller-only key, and a cut header; so the ProtocolError thrown here ends the connection.
   */
  peek(frames: FrameReader, into: NextRequest): void {
    readFixedHeader(frames.chunk, frames.frameStart, frames.frameEnd, into);
    const handler = this.registry.find(into.apiKey, into.apiVersion);
    if (handler !== undefined) into.handler = handler;
    else if (into.apiKey === ApiVersionsApi.key) into.handler = UNSUPPORTED_API_VERSIONS;
    else throw new ProtocolError(`key ${into.apiKey} version ${into.apiVersion} is not served`);
  }

  /** Decodes the frame, which is consumed then, and calls its handler. */
  start(frames: FrameReader, next: NextRequest, ids: ClientIdReader, peer: Peer): Exchange {
    const { chunk, frameStart, frameEnd } = frames;
    const { handler } = next;
    const isMeasured = this.#throttle?.active === true;
    const startMs = isMeasured ? performance.now() : 0;
    const known = handler !== UNSUPPORTED_API_VERSIONS;
    const version = known ? next.apiVersion : FALLBACK_VERSION;
    let request: unknown;
    let clientId: string | null = null;
    if (known) {
      const reader = ids.read(handler.api, version, chunk, frameStart, frameEnd);
      clientId = ids.clientId;
      request = codec(handler.api.request, version).decode(reader);
    }
    frames.consume();
    const sizeBytes = frameEnd - frameStart;
    const exchange = new Exchange(
      handler,
      version,
      next.correlationId,
      clientId,
      peer,
      chunk,
      sizeBytes,
      isMeasured ? this.#quotaOf(peer, clientId, sizeBytes) : undefined,
    );
    callHandler(exchange, request);
    // What a handler does later, in turns of other requests, is not counted; Kafka counts its request threads likewise.
    exchange.quota?.handled(performance.now() - startMs);
    return exchange;
  }

  #quotaOf(peer: Peer, clientId: string | null, sizeBytes: number): RequestQuota | undefined {
    if (this.#throttle === undefined) return undefined;
    return new RequestQuota(
      this.#throttle,
      { user: peer.user, clientId: clientId ?? '' },
      sizeBytes,
    );
  }
}

function callHandler(exchange: Exchange, request: unknown): void {
  try {
    const answer = exchange.handler.handle(request as never, exchange) as unknown;
    if (isPromise(answer)) exchange.pending = answer;
    else exchange.answer = answer;
  } catch (error) {
    exchange.failure = error ?? new Error('a handler threw nothing');
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}
