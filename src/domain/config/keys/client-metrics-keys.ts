import { between } from '../config-rule.ts';
import { int, list } from '../key-builders.ts';

/** Configs of a client metrics subscription (KIP-714). */
export const CLIENT_METRICS_KEYS = {
  'interval.ms': int('300000', 'cluster-wide', { rule: between(100, 3_600_000) }),
  match: list('', 'cluster-wide'),
  metrics: list('', 'cluster-wide'),
};
