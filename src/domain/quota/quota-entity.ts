import { KafkaError } from '../kafka-error.ts';

export const QUOTA_ENTITY_TYPES = ['user', 'client-id', 'ip'] as const;
export type QuotaEntityType = (typeof QUOTA_ENTITY_TYPES)[number];

/** Whom a quota is for: names by type; null stands for all who have none of their own (Kafka's default entity). */
export type QuotaEntity = ReadonlyMap<QuotaEntityType, string | null>;

export interface QuotaEntityPart {
  readonly entityType: string;
  readonly entityName: string | null;
}

/** The same text for the same entity, in whatever order its parts came. */
export function quotaEntityKey(entity: QuotaEntity): string {
  return JSON.stringify(
    QUOTA_ENTITY_TYPES.filter((type) => entity.has(type)).map((type) => [type, entity.get(type)]),
  );
}

export function isQuotaEntityType(type: string): type is QuotaEntityType {
  return (QUOTA_ENTITY_TYPES as readonly string[]).includes(type);
}

/** Throws INVALID_REQUEST for what cannot have quotas (Kafka's ClientQuotaControlManager.validateEntity). */
export function quotaEntityOf(parts: readonly QuotaEntityPart[]): QuotaEntity {
  if (parts.length === 0) throw invalid('a quota is for a user, a client-id, both, or an ip');
  const entity = new Map<QuotaEntityType, string | null>();
  for (const { entityType, entityName } of parts) {
    if (!isQuotaEntityType(entityType)) {
      throw invalid(`there are no quotas for a "${entityType}": use user, client-id or ip`);
    }
    if (entity.has(entityType)) throw invalid(`${entityType} is named twice`);
    if (entityName === '') throw invalid(`the name of a ${entityType} must not be empty`);
    entity.set(entityType, entityName);
  }
  if (entity.has('ip') && entity.size > 1) {
    throw invalid('an ip has quotas of its own, not together with a user or client-id');
  }
  const address = entity.get('ip');
  if (typeof address === 'string' && !isAddress(address)) {
    throw invalid(`"${address}" is not an IP address`);
  }
  return entity;
}

const IP_V4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/;
const IP_V6 = /^[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?$/i;

/** Kafka resolves host names here as well; what a connection is known by is its address. */
function isAddress(text: string): boolean {
  return IP_V4.test(text) || IP_V6.test(text);
}

function invalid(message: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', message);
}
