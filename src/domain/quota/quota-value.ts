import { KafkaError } from '../kafka-error.ts';
import type { QuotaEntity } from './quota-entity.ts';

/** The quotas of Kafka 4.4 (its QuotaConfig). */
export type QuotaKey =
  /** Bytes a second. */
  | 'producer_byte_rate'
  | 'consumer_byte_rate'
  /** Percent of the broker's time: 100 is one thread that does nothing else. */
  | 'request_percentage'
  /** Partitions created and deleted a second (KIP-599). */
  | 'controller_mutation_rate'
  /** Connections a second of an address (KIP-612). */
  | 'connection_creation_rate';

interface QuotaType {
  readonly of: 'client' | 'ip';
  /** The largest value; undefined where fractions are allowed and nothing is too large. */
  readonly wholeMax?: number;
}

const LONG_MAX = 2 ** 63;
const INTEGER_MAX = 2 ** 31 - 1;

const QUOTA_TYPES: Readonly<Record<QuotaKey, QuotaType>> = {
  producer_byte_rate: { of: 'client', wholeMax: LONG_MAX },
  consumer_byte_rate: { of: 'client', wholeMax: LONG_MAX },
  request_percentage: { of: 'client' },
  controller_mutation_rate: { of: 'client' },
  connection_creation_rate: { of: 'ip', wholeMax: INTEGER_MAX },
};

/** Throws INVALID_REQUEST for a key that the entity cannot have. */
export function quotaKeyOf(entity: QuotaEntity, key: string): QuotaKey {
  const type = Object.hasOwn(QUOTA_TYPES, key) ? QUOTA_TYPES[key as QuotaKey] : undefined;
  const wanted = entity.has('ip') ? 'ip' : 'client';
  if (type?.of === wanted) return key as QuotaKey;
  const keys = Object.entries(QUOTA_TYPES).filter(([, { of }]) => of === wanted);
  const allowed = keys.map(([name]) => name).join(', ');
  throw new KafkaError('INVALID_REQUEST', `"${key}" is no quota of it: use ${allowed}`);
}

/** Throws INVALID_REQUEST for a value that the quota cannot have. */
export function checkQuotaValue(key: QuotaKey, value: number): void {
  const { wholeMax } = QUOTA_TYPES[key];
  if (!(value > 0)) throw new KafkaError('INVALID_REQUEST', `${key} must be greater than 0`);
  if (wholeMax === undefined) return;
  if (value > wholeMax) throw new KafkaError('INVALID_REQUEST', `${key} is at most ${wholeMax}`);
  // Clients turn whole numbers into doubles, which may come out a little less or more.
  if (Math.abs(value - Math.round(value)) > 1e-6) {
    throw new KafkaError('INVALID_REQUEST', `${key} must be a whole number`);
  }
}
