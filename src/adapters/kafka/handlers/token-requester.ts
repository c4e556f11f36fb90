import { KafkaError } from '../../../domain/kafka-error.ts';
import type { DelegationToken, Principal } from '../../../ports/delegation-token-admin.ts';
import type { RequestContext } from '../request-handler.ts';

const ANONYMOUS: Principal = 'User:ANONYMOUS';

/** Who may ask for tokens; throws DELEGATION_TOKEN_REQUEST_NOT_ALLOWED for a client that did not say who it is. */
export function tokenRequester({ principal }: RequestContext): Principal {
  if (principal !== ANONYMOUS) return principal;
  throw new KafkaError(
    'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED',
    'delegation tokens are for clients that have authenticated',
  );
}

interface WirePrincipal {
  readonly principalType: string;
  readonly principalName: string;
}

export function principalOf({ principalType, principalName }: WirePrincipal): Principal {
  return `${principalType}:${principalName}`;
}

export function wirePrincipal(principal: Principal): WirePrincipal {
  const at = principal.indexOf(':');
  return { principalType: principal.slice(0, at), principalName: principal.slice(at + 1) };
}

/** Since version 3 the answers say who asked for a token (KIP-373). */
export function wireRequester(
  requester: Principal,
  apiVersion: number,
): {
  readonly tokenRequesterPrincipalType?: string;
  readonly tokenRequesterPrincipalName?: string;
} {
  if (apiVersion < 3) return {};
  const { principalType, principalName } = wirePrincipal(requester);
  return { tokenRequesterPrincipalType: principalType, tokenRequesterPrincipalName: principalName };
}

export function wireRenewers({ renewers }: DelegationToken): WirePrincipal[] {
  return renewers.map(wirePrincipal);
}
