import { KafkaError } from '../kafka-error.ts';
import type { MetadataRecord } from '../topic/metadata-record.ts';
import type { ClientQuotas } from './client-quotas.ts';
import { type QuotaEntityPart, quotaEntityKey, quotaEntityOf } from './quota-entity.ts';
import { checkQuotaValue, quotaKeyOf } from './quota-value.ts';

export interface QuotaOperation {
  readonly key: string;
  readonly value: number;
  readonly remove: boolean;
}

export interface QuotaAlteration {
  readonly entity: readonly QuotaEntityPart[];
  readonly operations: readonly QuotaOperation[];
}

export interface QuotaAlterationResult {
  readonly entity: readonly QuotaEntityPart[];
  readonly error?: KafkaError;
}

export interface QuotaAlterationPlan {
  readonly records: readonly MetadataRecord[];
  readonly results: readonly QuotaAlterationResult[];
}

/**
 * Each entity changes whole or not at all (Kafka's ClientQuotaControlManager). One that comes twice changes as it was
 * said first, and its result is an error.
 */
export function planQuotaAlterations(
  quotas: ClientQuotas,
  alterations: readonly QuotaAlteration[],
): QuotaAlterationPlan {
  const records: MetadataRecord[] = [];
  const results = new Map<string, QuotaAlterationResult>();
  for (const alteration of alterations) {
    const { entity } = alteration;
    const name = JSON.stringify([...entity].sort((a, b) => (a.entityType < b.entityType ? -1 : 1)));
    if (results.has(name)) {
      const error = new KafkaError('INVALID_REQUEST', 'the entity comes twice in the request');
      results.set(name, { entity, error });
      continue;
    }
    try {
      records.push(...alteredRecords(quotas, alteration));
      results.set(name, { entity });
    } catch (error) {
      results.set(name, { entity, error: KafkaError.from(error) });
    }
  }
  return { records, results: [...results.values()] };
}

function alteredRecords(
  quotas: ClientQuotas,
  { entity: parts, operations }: QuotaAlteration,
): MetadataRecord[] {
  const entity = quotaEntityOf(parts);
  const has = quotas.get(quotaEntityKey(entity))?.values;
  const records: MetadataRecord[] = [];
  for (const { key: name, value, remove } of operations) {
    const key = quotaKeyOf(entity, name);
    if (!remove) checkQuotaValue(key, value);
    const now = has?.get(key);
    if (remove ? now === undefined : now === value) continue;
    records.push({ kind: 'clientQuota', entity, key, value: remove ? null : value });
  }
  return records;
}
