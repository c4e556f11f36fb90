import { between } from '../config-rule.ts';
import { int, list } from '../key-builders.ts';

/** Configs of a client metrics subscription (KIP-714). */
export const CLIENT_METRICS_KEYS = {
  'interval.ms': int('300000', 'cluster-wide', {
    rule: between(100, 3_600_000),
    doc: 'How often clients push their metrics.',
  }),
  match: list('', 'cluster-wide', {
    doc: 'Which clients: expressions as `client_software_name=apache-kafka-java`, all of which must fit; empty: every client.',
  }),
  metrics: list('', 'cluster-wide', {
    doc: 'Which metrics: beginnings of their names; `*` is all, empty none.',
  }),
};
