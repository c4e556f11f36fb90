import type { ApiDefinition, RequestOf, ResponseInput } from '../../domain/protocol/schema.ts';
import type { RequestQuota } from './request-quota.ts';

/** What a client said it is (KIP-511). */
export interface ClientSoftware {
  readonly name: string;
  readonly version: string;
}

/** What a handler may know of the request it answers. */
export interface RequestContext {
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly connectionId: string;
  readonly clientHost: string;
  readonly clientPort?: number;
  readonly software?: ClientSoftware | undefined;
  readonly principal: string;
  readonly listenerName: string;
  /** The client's quotas; undefined where nobody has any. */
  readonly quota?: RequestQuota | undefined;
  /** Aborted when the connection is gone: a long wait may end early. */
  readonly signal?: AbortSignal;
  /** The connection's client says what it is. */
  identify?(software: ClientSoftware): void;
  /** Runs once the answer's bytes were handed to the kernel, or the connection died. */
  afterResponse(callback: () => void): void;
}

type Answer<Api extends ApiDefinition> = ResponseInput<Api> | undefined;

/**
 * Answers one API. Views on the request's bytes stay valid until the answer is there. `undefined` sends nothing
 * (Produce with acks=0). An error thrown here closes the connection: errors for the client go into the answer.
 */
export interface RequestHandler<Api extends ApiDefinition = ApiDefinition> {
  readonly api: Api;
  /**
   * Whether a request may start while earlier ones of the same connection wait for their answers. Kafka handles one
   * request of a connection at a time, and clients rely on it (commit, then fetch the offset); only an API that keeps
   * its own order may say yes, and only after its own kind.
   */
  readonly pipelined?: boolean;
  handle(request: RequestOf<Api>, context: RequestContext): Answer<Api> | Promise<Answer<Api>>;
}

export function handler<const Api extends ApiDefinition>(
  api: Api,
  handle: RequestHandler<Api>['handle'],
  options: { readonly pipelined?: boolean } = {},
): RequestHandler {
  return { api, handle, pipelined: options.pipelined ?? false } as unknown as RequestHandler;
}
