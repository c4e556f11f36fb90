import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import {
  type ConfigEntry,
  describeBrokerConfigs,
  describeClusterConfigs,
  describeResourceConfigs,
} from '../../../src/domain/config/config-entry.ts';
import type { ConfigScope } from '../../../src/domain/config/config-key.ts';
import { CONFIG_TABLE } from '../../../src/domain/config/config-table.ts';
import { isAllowedValue } from '../../../src/domain/config/config-value.ts';

const SAMPLES = fileURLToPath(new URL('../../../../shared/protocol/configs/', import.meta.url));
const present = existsSync(SAMPLES);
if (!present) console.warn('skipped: ../shared/protocol/configs is not beside the repository');

const ALL = { keys: null, synonyms: true, documentation: false };
/** What KawaDB sets otherwise than Kafka. */
const OWN_DEFAULTS = new Set([
  'log.flush.interval.messages',
  'flush.messages',
  'group.initial.rebalance.delay.ms',
  'log.dir',
  'share.coordinator.state.topic.min.isr',
]);

/** A running Kafka 4.4.0 with these settings answered the samples. */
const CLUSTER = new Map([
  ['log.retention.ms', '777777'],
  ['min.insync.replicas', '1'],
]);
function sampledBroker(): BrokerConfig {
  const told = sample('broker').filter(({ synonyms }) =>
    synonyms.some(({ source }) => source === 'STATIC_BROKER_CONFIG'),
  );
  const values = told.map(({ name, value }): [string, string] => [name, value ?? '']);
  const config = new BrokerConfig(new Map(values));
  config.updateDynamic({ cluster: CLUSTER, broker: new Map([['log.cleaner.threads', '2']]) });
  return config;
}

function sample(resource: string): ConfigEntry[] {
  const path = `${SAMPLES}describe-${resource}-sample.json`;
  return JSON.parse(readFileSync(path, 'utf8')) as ConfigEntry[];
}

function expectLikeKafka(ours: readonly ConfigEntry[], kafkas: readonly ConfigEntry[]): void {
  const byName = new Map(ours.map((entry) => [entry.name, entry]));
  for (const { name, synonyms, ...facts } of kafkas) {
    const entry = byName.get(name);
    expect(entry, name).toBeDefined();
    if (OWN_DEFAULTS.has(name)) continue;
    expect(entry, name).toMatchObject(facts);
    const told = (list: ConfigEntry['synonyms']) =>
      list.filter(({ source }) => source !== 'DEFAULT_CONFIG' || facts.source === 'DEFAULT_CONFIG');
    expect(told(entry?.synonyms ?? []), name).toEqual(told(synonyms));
  }
}

describe('the config table', () => {
  it.runIf(present)('tells a broker as Kafka does', () => {
    const ours = describeBrokerConfigs(sampledBroker(), ALL);
    expectLikeKafka(ours, sample('broker'));
    const strangers = ours.filter(({ name }) => !sample('broker').some((k) => k.name === name));
    expect(
      strangers.filter(
        ({ name }) => !/^(http|postgres|sql|storage|telemetry)\.[a-z_.]+$/.test(name),
      ),
    ).toEqual([]);
    expect(strangers.length).toBeGreaterThan(0);
  });

  it.runIf(present)('tells a topic as Kafka does', () => {
    const own = new Map([['retention.ms', '123456']]);
    const ours = describeResourceConfigs('topic', own, sampledBroker(), ALL);
    expectLikeKafka(ours, sample('topic'));
    expect(ours).toHaveLength(37);
  });

  it.runIf(present)('tells a group as Kafka does', () => {
    const ours = describeResourceConfigs('group', new Map(), sampledBroker(), ALL);
    expectLikeKafka(ours, sample('group'));
    expect(ours).toHaveLength(sample('group').length);
  });

  it.runIf(present)('tells the configs of the whole cluster as Kafka does', () => {
    const ours = describeClusterConfigs(CLUSTER, ALL);
    expect(ours).toHaveLength(2);
    expectLikeKafka(ours, sample('broker-default'));
  });

  it.each(Object.keys(CONFIG_TABLE) as ConfigScope[])(
    'has defaults its own rules allow: %s',
    (scope) => {
      for (const [name, key] of CONFIG_TABLE[scope]) {
        if (key.default === null) continue;
        expect(isAllowedValue(key, key.default), name).toBe(true);
      }
    },
  );

  it('names only broker keys as synonyms', () => {
    for (const table of Object.values(CONFIG_TABLE)) {
      for (const [name, key] of table) {
        for (const synonym of key.synonyms) {
          expect(CONFIG_TABLE.broker.has(synonym.name), `${name}: ${synonym.name}`).toBe(true);
        }
      }
    }
  });
});
