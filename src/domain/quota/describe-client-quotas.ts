import { KafkaError } from '../kafka-error.ts';
import type { ClientQuota, ClientQuotas } from './client-quotas.ts';
import { isQuotaEntityType, type QuotaEntity, type QuotaEntityType } from './quota-entity.ts';

/** What of an entity is asked for: its exact name, the default (null), or any that names this type. */
export interface QuotaFilterComponent {
  readonly entityType: string;
  readonly match: 'exact' | 'default' | 'any';
  readonly name: string | null;
}

/** Those whose parts match all components; with `strict` they have no others. Throws for a filter of no sense. */
export function describeQuotas(
  quotas: ClientQuotas,
  components: readonly QuotaFilterComponent[],
  strict: boolean,
): readonly ClientQuota[] {
  const filter = filterOf(components);
  return [...quotas.values()].filter(({ entity }) => {
    if (strict && entity.size !== filter.size) return false;
    return [...filter].every(([type, component]) => matches(entity, type, component));
  });
}

function matches(
  entity: QuotaEntity,
  type: QuotaEntityType,
  { match, name }: QuotaFilterComponent,
): boolean {
  const own = entity.get(type);
  if (own === undefined) return false;
  if (match === 'any') return true;
  return own === (match === 'default' ? null : name);
}

function filterOf(
  components: readonly QuotaFilterComponent[],
): ReadonlyMap<QuotaEntityType, QuotaFilterComponent> {
  const filter = new Map<QuotaEntityType, QuotaFilterComponent>();
  for (const component of components) {
    const { entityType, match, name } = component;
    if (entityType === '') throw new KafkaError('INVALID_REQUEST', 'an entity type is empty');
    if (!isQuotaEntityType(entityType)) {
      throw new KafkaError('UNSUPPORTED_VERSION', `there are no quotas for a "${entityType}"`);
    }
    if ((match === 'exact') === (name === null)) {
      const message = match === 'exact' ? 'needs a name' : 'takes no name';
      throw new KafkaError('INVALID_REQUEST', `the ${match} match of a ${entityType} ${message}`);
    }
    if (filter.has(entityType)) {
      throw new KafkaError('INVALID_REQUEST', `${entityType} comes twice in the filter`);
    }
    filter.set(entityType, component);
  }
  if (filter.has('ip') && filter.size > 1) {
    const message = 'no entity is an ip and a user or client-id';
    throw new KafkaError('INVALID_REQUEST', message);
  }
  return filter;
}
