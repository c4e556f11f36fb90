import { describe, expect, it } from 'vitest';
import { ConfigAdminService } from '../../../src/app/services/config/config-admin-service.ts';
import { ConfigPropagation } from '../../../src/app/services/config/config-propagation.ts';
import type { ConfigOperation } from '../../../src/ports/config-admin.ts';
import { quietLogger, topicAdmin } from './topic-fakes.ts';

const FOR_REAL = { validateOnly: false };
const PLAIN = { synonyms: false, documentation: false };
const [TOPIC, BROKER, CLIENT_METRICS, GROUP] = [2, 4, 16, 32];

async function configAdmin() {
  const world = await topicAdmin();
  const { catalog, brokerConfig, logs } = world;
  const configs = new ConfigAdminService({ catalog, brokerConfig, nodeId: 1 });
  const propagation = { catalog, brokerConfig, logs, nodeId: 1, logger: quietLogger };
  new ConfigPropagation(propagation).start();
  await world.topics.ensureTopic('orders');
  const [log] = [...logs.kept.values()];
  return { ...world, configs, log };
}

function set(name: string, value: string | null): ConfigOperation {
  return { name, operation: 'set', value };
}

describe('ConfigAdmin', () => {
  it('changes a topic and its logs', async () => {
    const { configs, log } = await configAdmin();
    const operations = [set('retention.ms', '5'), set('cleanup.policy', 'compact')];
    const orders = { type: TOPIC, name: 'orders' };
    expect(await configs.alter([{ ...orders, operations }], FOR_REAL)).toEqual([orders]);
    expect(log?.config).toMatchObject({ retentionMs: 5, cleanupPolicy: ['compact'] });
    await configs.alter(
      [
        {
          ...orders,
          operations: [
            { name: 'retention.ms', operation: 'delete', value: null },
            { name: 'cleanup.policy', operation: 'append', value: 'delete' },
          ],
        },
      ],
      FOR_REAL,
    );
    expect(log?.config).toMatchObject({
      retentionMs: 604_800_000,
      cleanupPolicy: ['compact', 'delete'],
    });
    await configs.replace([{ ...orders, configs: [{ name: 'flush.ms', value: '7' }] }], FOR_REAL);
    expect(log?.config).toMatchObject({ flushMs: 7, cleanupPolicy: ['delete'] });
  });

  it('changes brokers, and the logs that follow them', async () => {
    const { configs, brokerConfig, log } = await configAdmin();
    await configs.alter(
      [{ type: BROKER, name: '', operations: [set('log.retention.ms', '5')] }],
      FOR_REAL,
    );
    expect(brokerConfig.get('log.retention.ms')).toBe(5);
    expect(log?.config.retentionMs).toBe(5);
    const [cluster, broker] = configs.describe(
      [
        { type: BROKER, name: '', keys: null },
        { type: BROKER, name: '1', keys: ['log.retention.ms'] },
      ],
      { synonyms: true, documentation: true },
    );
    expect(cluster?.entries).toHaveLength(1);
    expect(broker?.entries[0]).toMatchObject({
      value: '5',
      source: 'DYNAMIC_DEFAULT_BROKER_CONFIG',
      synonyms: [{ value: '5' }, { name: 'log.retention.hours', value: '168' }],
    });
  });

  it('takes broker configs nobody knows, and does not tell their value', async () => {
    const { configs } = await configAdmin();
    const operations = [set('my.plugin.secret', 's3cret')];
    const [altered] = await configs.alter([{ type: BROKER, name: '', operations }], FOR_REAL);
    expect(altered?.error).toBeUndefined();
    const keys = ['my.plugin.secret'];
    const described = configs.describe(
      ['', '1'].map((name) => ({ type: BROKER, name, keys })),
      { synonyms: true, documentation: true },
    );
    for (const { entries } of described) {
      expect(entries).toMatchObject([
        { name: 'my.plugin.secret', value: null, sensitive: true, type: 'UNKNOWN' },
      ]);
      expect(JSON.stringify(entries)).not.toContain('s3cret');
    }
  });

  it('changes nothing when it is only asked, and keeps groups and subscriptions', async () => {
    const { configs, catalog } = await configAdmin();
    const group = {
      type: GROUP,
      name: 'g',
      operations: [set('consumer.session.timeout.ms', '50000')],
    };
    await configs.alter([group], { validateOnly: true });
    expect(catalog.metadata.groupConfigs.size).toBe(0);
    const metrics = { type: CLIENT_METRICS, name: 'm', operations: [set('interval.ms', '1000')] };
    await configs.alter([group, metrics], FOR_REAL);
    const [entries] = configs.describe(
      [{ type: GROUP, name: 'g', keys: ['consumer.session.timeout.ms'] }],
      PLAIN,
    );
    expect(entries?.entries[0]).toMatchObject({ value: '50000', source: 'DYNAMIC_GROUP_CONFIG' });
    expect(configs.list([GROUP, CLIENT_METRICS, BROKER])).toEqual([
      { type: GROUP, name: 'g' },
      { type: CLIENT_METRICS, name: 'm' },
      { type: BROKER, name: '1' },
    ]);
    expect(() => configs.list([99])).toThrow('99');
  });

  it.each<[string, number, string, ConfigOperation[], string]>([
    ['an unknown topic', TOPIC, 'none', [set('retention.ms', '1')], 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['another broker', BROKER, '9', [set('log.retention.ms', '1')], 'INVALID_REQUEST'],
    ['an unknown kind', 77, 'x', [], 'INVALID_REQUEST'],
    ['an unknown key', TOPIC, 'orders', [set('x', '1')], 'INVALID_CONFIG'],
    ['a bad value', TOPIC, 'orders', [set('retention.ms', '-2')], 'INVALID_CONFIG'],
    ['no value', TOPIC, 'orders', [set('retention.ms', null)], 'INVALID_REQUEST'],
    ['a read-only key', BROKER, '', [set('num.partitions', '2')], 'INVALID_REQUEST'],
    ['a bad value of a broker', BROKER, '', [set('log.retention.ms', 'x')], 'INVALID_REQUEST'],
    ['a key of one listener', BROKER, '1', [set('listener.name.a.x', '1')], 'INVALID_REQUEST'],
    ['a key of one broker', BROKER, '', [set('listeners', 'PLAINTEXT://:1')], 'INVALID_REQUEST'],
    [
      'append to what is no list',
      TOPIC,
      'orders',
      [{ name: 'retention.ms', operation: 'append', value: '1' }],
      'INVALID_CONFIG',
    ],
    [
      'the same key twice',
      TOPIC,
      'orders',
      [set('retention.ms', '1'), set('retention.ms', '2')],
      'INVALID_REQUEST',
    ],
    [
      'a group beyond the broker',
      GROUP,
      'g',
      [set('consumer.session.timeout.ms', '1000')],
      'INVALID_CONFIG',
    ],
  ])('refuses %s', async (_, type, name, operations, errorName) => {
    const { configs, catalog } = await configAdmin();
    const before = catalog.metadata;
    const [result] = await configs.alter([{ type, name, operations }], FOR_REAL);
    expect(result?.error?.errorName).toBe(errorName);
    expect(catalog.metadata).toBe(before);
  });
});
