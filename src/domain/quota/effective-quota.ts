import type { ClientQuotas } from './client-quotas.ts';
import { type QuotaEntity, type QuotaEntityType, quotaEntityKey } from './quota-entity.ts';
import type { QuotaKey } from './quota-value.ts';

/** Who asks. */
export interface QuotaClient {
  readonly user: string;
  readonly clientId: string;
}

export interface EffectiveQuota {
  readonly bound: number;
  /** Clients with the same text share what the bound allows: a user's quota is for all its clients together. */
  readonly sharedBy: string;
}

type Level = readonly (readonly [type: QuotaEntityType, named: boolean])[];

/** From the most special quota to the most general one; the first that is set holds (Kafka's DefaultQuotaCallback). */
const LEVELS: readonly Level[] = [
  [
    ['user', true],
    ['client-id', true],
  ],
  [
    ['user', true],
    ['client-id', false],
  ],
  [['user', true]],
  [
    ['user', false],
    ['client-id', true],
  ],
  [
    ['user', false],
    ['client-id', false],
  ],
  [['user', false]],
  [['client-id', true]],
  [['client-id', false]],
];

/** The quota that holds for a client, if any. */
export function effectiveQuota(
  quotas: ClientQuotas,
  key: QuotaKey,
  client: QuotaClient,
): EffectiveQuota | undefined {
  for (const level of LEVELS) {
    const bound = quotas.get(quotaEntityKey(entityAt(level, client)))?.values.get(key);
    if (bound === undefined) continue;
    const sharedBy = level.map(([type]) => [type, nameOf(type, client)]);
    return { bound, sharedBy: JSON.stringify([key, ...sharedBy]) };
  }
  return undefined;
}

/** The rate of connections an address may make, if it is bounded (KIP-612). */
export function connectionRateBound(quotas: ClientQuotas, address: string): number | undefined {
  for (const name of [address, null]) {
    const quota = quotas.get(quotaEntityKey(new Map([['ip', name]])));
    const bound = quota?.values.get('connection_creation_rate');
    if (bound !== undefined) return bound;
  }
  return undefined;
}

function entityAt(level: Level, client: QuotaClient): QuotaEntity {
  return new Map(level.map(([type, named]) => [type, named ? nameOf(type, client) : null]));
}

function nameOf(type: QuotaEntityType, { user, clientId }: QuotaClient): string {
  return type === 'user' ? user : clientId;
}
