import type { Scenario } from '../scene.ts';
import { ADMINISTRATION } from './administration.ts';
import { CLUSTER } from './cluster.ts';
import { CONFIGS } from './configs.ts';
import { FETCH } from './fetch.ts';
import { OFFSETS } from './offsets.ts';
import { PRODUCE } from './produce.ts';
import { SECURITY } from './security.ts';
import { SHARE } from './share.ts';
import { SHARE_DEAD_LETTERS } from './share-dead-letters.ts';
import { STREAMS } from './streams/index.ts';
import { TOPICS } from './topics.ts';
import { TRANSACTIONS } from './transactions.ts';

export const SCENARIOS: Readonly<Record<string, Readonly<Record<string, Scenario>>>> = {
  administration: ADMINISTRATION,
  ...{ cluster: CLUSTER, configs: CONFIGS, fetch: FETCH, offsets: OFFSETS },
  ...{ produce: PRODUCE, security: SECURITY, share: SHARE },
  'share-dead-letters': SHARE_DEAD_LETTERS,
  ...{ streams: STREAMS, topics: TOPICS, transactions: TRANSACTIONS },
};
