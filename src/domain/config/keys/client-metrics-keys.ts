import { int, list } from '../key-builders.ts';

/** Configs of a client metrics subscription (KIP-714). */
export const CLIENT_METRICS_KEYS = {
  'interval.ms': int('300000', 'cluster-wide'),
  match: list('', 'cluster-wide'),
  metrics: list('', 'cluster-wide'),
};
