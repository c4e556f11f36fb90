import { RequestHeader, ResponseHeader } from './header-messages.ts';
import type { ApiDefinition, MessageInput, MessageOf } from './schema.ts';

export { RequestHeader, ResponseHeader };
export type RequestHeaderFields = MessageOf<typeof RequestHeader>;
export type RequestHeaderInput = MessageInput<typeof RequestHeader>;
export type ResponseHeaderFields = MessageOf<typeof ResponseHeader>;

const API_VERSIONS_KEY = 18;

export function requestHeaderVersion(api: ApiDefinition, version: number): number {
  return version >= api.flexibleSince ? 2 : 1;
}

/**
 * ApiVersions is answered with a plain header in every version: a client reads it before it knows
 * what the broker speaks (KIP-511).
 */
export function responseHeaderVersion(api: ApiDefinition, version: number): number {
  if (api.key === API_VERSIONS_KEY) return 0;
  return version >= api.flexibleSince ? 1 : 0;
}
