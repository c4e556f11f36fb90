import type { ApiDefinition, RequestOf, ResponseInput } from '../../domain/protocol/schema.ts';

/** What a handler may know of the request it answers. */
export interface RequestContext {
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly connectionId: string;
  readonly clientHost: string;
  readonly principal: string;
  readonly listenerName: string;
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
  handle(
    request: RequestOf<Api>,
    context: RequestContext,
  ): Answer<Api> | Promise<Answer<Api>>;
}

export function handler<const Api extends ApiDefinition>(
  api: Api,
  handle: RequestHandler<Api>['handle'],
): RequestHandler {
  return { api, handle } as unknown as RequestHandler;
}
