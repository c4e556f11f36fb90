import { describe, expect, it, vi } from 'vitest';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import { listenersOf } from '../../../src/domain/config/listeners.ts';
import { logConfigOf } from '../../../src/domain/config/log-config-of.ts';
import { DEFAULT_LOG_CONFIG } from '../../../src/domain/log/log-config.ts';

const NONE = new Map<string, string>();

describe('BrokerConfig', () => {
  it('gives typed values', () => {
    const config = new BrokerConfig(new Map([['num.partitions', ' 3 ']]));
    expect(config.get('num.partitions')).toBe(3);
    expect(config.get('auto.create.topics.enable')).toBe(true);
    expect(config.get('listeners')).toEqual(['PLAINTEXT://127.0.0.1:9092']);
    expect(config.get('broker.rack')).toBeNull();
    expect(config.get('log.cleaner.min.cleanable.ratio')).toBe(0.5);
  });

  it('refuses what no key can be, and tells what it can be', () => {
    expect(() => new BrokerConfig(new Map([['num.partitions', 'many']]))).toThrow(
      "num.partitions is 'many', but must be a whole number, at least 1",
    );
    expect(() => new BrokerConfig(new Map([['num.partitions', '0']]))).toThrow('at least 1');
    expect(() => new BrokerConfig(new Map([['compression.type', 'zip']]))).toThrow(
      'must be one of uncompressed, zstd, lz4, snappy, gzip, producer',
    );
  });

  it('lets minutes and hours stand in for milliseconds', () => {
    expect(new BrokerConfig().get('log.retention.ms')).toBe(604_800_000);
    expect(
      new BrokerConfig(new Map([['log.retention.minutes', '2']])).get('log.retention.ms'),
    ).toBe(120_000);
    expect(new BrokerConfig(new Map([['log.retention.hours', '-1']])).get('log.retention.ms')).toBe(
      -1,
    );
  });

  it('puts dynamic configs of the broker over those of the cluster over its file', () => {
    const config = new BrokerConfig(
      new Map([['log.retention.ms', '1']]),
      new Map([['log.retention.ms', 'kawa.toml:4']]),
    );
    const changed = vi.fn();
    config.onChange(changed);
    expect(config.origin('log.retention.ms')).toBe('kawa.toml:4');
    config.updateDynamic({ cluster: new Map([['log.retention.ms', '2']]), broker: NONE });
    expect(config.get('log.retention.ms')).toBe(2);
    config.updateDynamic({
      cluster: new Map([['log.retention.ms', '2']]),
      broker: new Map([['log.retention.ms', '3']]),
    });
    expect(config.get('log.retention.ms')).toBe(3);
    expect(config.sources('log.retention.ms').map(({ value }) => value)).toEqual([
      '3',
      '2',
      '1',
      '168',
    ]);
    config.updateDynamic({ cluster: NONE, broker: NONE });
    expect(config.get('log.retention.ms')).toBe(1);
    expect(changed).toHaveBeenCalledTimes(3);
  });

  it('stays readable when a stored dynamic value is not', () => {
    const config = new BrokerConfig();
    config.updateDynamic({ cluster: new Map([['log.retention.ms', 'soon']]), broker: NONE });
    expect(config.get('log.retention.ms')).toBe(604_800_000);
  });
});

describe('logConfigOf', () => {
  it('gives the log its defaults', () => {
    expect(logConfigOf(new BrokerConfig(), NONE)).toEqual(DEFAULT_LOG_CONFIG);
  });

  it('puts the topic over the broker', () => {
    const broker = new BrokerConfig(
      new Map([
        ['log.retention.ms', '5'],
        ['message.max.bytes', '100'],
        ['log.cleanup.policy', 'compact'],
      ]),
    );
    const config = logConfigOf(
      broker,
      new Map([
        ['retention.ms', '-1'],
        ['cleanup.policy', 'compact,delete'],
      ]),
    );
    expect(config).toMatchObject({
      retentionMs: -1,
      maxMessageBytes: 100,
      cleanupPolicy: ['compact', 'delete'],
    });
  });
});

describe('the level of compression', () => {
  const levels = new Map([
    ['compression.gzip.level', '9'],
    ['compression.zstd.level', '-5'],
  ]);

  it.each([
    ['gzip', 9],
    ['zstd', -5],
    ['lz4', undefined],
    ['producer', undefined],
  ])('of %s is %j', (type, level) => {
    const topic = new Map([...levels, ['compression.type', type]]);
    expect(logConfigOf(new BrokerConfig(), topic).compressionLevel).toBe(level);
    const broker = new BrokerConfig(topic);
    expect(logConfigOf(broker, NONE).compressionLevel).toBe(level);
  });
});

describe('listenersOf', () => {
  it('reads names, hosts and ports', () => {
    const config = new BrokerConfig(new Map([['listeners', 'PLAINTEXT://:9092,SSL://[::1]:0']]));
    expect(listenersOf(config)).toEqual([
      { name: 'PLAINTEXT', protocol: 'PLAINTEXT', host: '', port: 9092 },
      { name: 'SSL', protocol: 'SSL', host: '::1', port: 0 },
    ]);
  });

  it.each([
    'localhost:9092',
    'PLAINTEXT://localhost',
    'PLAINTEXT://localhost:99999',
    'NOBODY://localhost:1',
    'PLAINTEXT://a:1,PLAINTEXT://b:2',
  ])('refuses %s', (listeners) => {
    expect(() => listenersOf(new BrokerConfig(new Map([['listeners', listeners]])))).toThrow();
  });
});
