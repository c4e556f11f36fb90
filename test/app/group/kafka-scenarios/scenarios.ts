import { ADMIN_SCENARIOS } from './admin-scenarios.ts';
import { OFFSET_SCENARIOS } from './offset-scenarios.ts';
import { REBALANCE_SCENARIOS } from './rebalance-scenarios.ts';
import type { Scenario } from './requests.ts';
import { STATIC_SCENARIOS } from './static-scenarios.ts';
import { VERSION_SCENARIOS } from './version-scenarios.ts';

export const SCENARIOS: Record<string, Scenario> = {
  ...VERSION_SCENARIOS,
  ...OFFSET_SCENARIOS,
  ...STATIC_SCENARIOS,
  ...ADMIN_SCENARIOS,
  ...REBALANCE_SCENARIOS,
};

/** The topics of all scenarios, with so many partitions. */
export const TOPICS: Readonly<Record<string, number>> = { t: 1, wide: 4, extra: 3 };
