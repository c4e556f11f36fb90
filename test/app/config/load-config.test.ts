import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/app/config/config-error.ts';
import { type LoadConfigOptions, loadConfig } from '../../../src/app/config/load-config.ts';
import { quantityOf } from '../../../src/app/config/quantity.ts';
import { logConfigOf } from '../../../src/domain/config/log-config-of.ts';

const directory = mkdtempSync(join(tmpdir(), 'kawadb-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

function toml(text: string): string {
  const file = join(directory, 'kawa.toml');
  writeFileSync(file, text);
  return file;
}

function problemsOf(options: LoadConfigOptions) {
  try {
    loadConfig(options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('loadConfig', () => {
  it('has defaults that need no file', () => {
    const { config } = loadConfig();
    expect(config.get('listeners')).toEqual(['PLAINTEXT://127.0.0.1:9092']);
    expect(config.get('log.dirs')).toEqual(['./kawa-data']);
    expect(config.get('storage.engine')).toBe('segment');
    expect(config.get('log.flush.interval.messages')).toBe(1);
  });

  it('reads the short keys and every Kafka key of a file', () => {
    const file = toml(`
[network]
bind_host = "0.0.0.0"
bind_port = 19092
max_connections = 1000
connection_timeout_ms = "5m"

[storage]
data_dir = "./data"
segment_size = "1GB"
sync_interval_ms = 1000
engine = "memory"

[cluster]
node_id = 7
enable_replication = false

[kafka]
log.retention.ms = "7d"
"num.partitions" = 4
`);
    const { config } = loadConfig({ file });
    expect(config.get('listeners')).toEqual(['PLAINTEXT://0.0.0.0:19092']);
    expect(config.get('max.connections')).toBe(1000);
    expect(config.get('connections.max.idle.ms')).toBe(300_000);
    expect(config.get('log.dirs')).toEqual(['./data']);
    expect(config.get('log.segment.bytes')).toBe(1024 ** 3);
    expect(config.get('log.flush.interval.ms')).toBe(1000);
    expect(config.get('log.flush.interval.messages')).toBe(1);
    expect(config.get('storage.engine')).toBe('memory');
    expect(config.get('node.id')).toBe(7);
    expect(config.get('broker.id')).toBe(7);
    expect(config.get('log.retention.ms')).toBe(604_800_000);
    expect(config.get('num.partitions')).toBe(4);
    expect(config.origin('num.partitions')).toBe(`${file}:20`);
    expect(config.origin('listeners')).toBe(`${file}:4`);
  });

  it.each([['0'], ['250'], ['1s']])(
    'syncs before it answers with a sync interval of %s',
    (text) => {
      const { config } = loadConfig({ set: [`storage.sync_interval_ms=${text}`] });
      const { flushMessages, flushMs } = logConfigOf(config, new Map());
      expect(flushMessages).toBe(1);
      expect(flushMs).toBe(text === '1s' ? 1000 : Number(text));
    },
  );

  it('leaves the sync to the interval only where the count is raised too', () => {
    const set = ['storage.sync_interval_ms=250', 'log.flush.interval.messages=10000'];
    for (const order of [set, set.toReversed()]) {
      const { flushMessages, flushMs } = logConfigOf(loadConfig({ set: order }).config, new Map());
      expect([flushMessages, flushMs]).toEqual([10_000, 250]);
    }
    expect(problemsOf({ set: ['storage.sync_interval_ms=-1'] })[0]?.message).toContain(
      'at least 0',
    );
  });

  it('puts environment over file, flags over environment, overrides over flags', () => {
    const file = toml('[network]\nbind_port = 1\n[kafka]\n"log.retention.ms" = 1\n');
    const env = {
      KAWADB_NETWORK__BIND_PORT: '2',
      KAFKA_LOG_RETENTION_MS: '2',
      KAWADB_KAFKA__NUM_PARTITIONS: '2',
      KAFKA_HEAP_OPTS: '-Xmx1g',
    };
    const { config } = loadConfig({
      file,
      env,
      set: ['log.retention.ms=3', 'network.bind_host=::1'],
      overrides: { 'network.bind_port': 4, 'storage.data_dir': undefined },
    });
    expect(config.get('listeners')).toEqual(['PLAINTEXT://[::1]:4']);
    expect(config.get('log.retention.ms')).toBe(3);
    expect(config.get('num.partitions')).toBe(2);
    expect(config.origin('num.partitions')).toBe('environment KAWADB_KAFKA__NUM_PARTITIONS');
    expect(config.origin('log.retention.ms')).toBe('--set');
  });

  it('tells everything that is wrong at once, and where', () => {
    const file = toml(`[network]
bind_prot = 9092
bind_port = 99999

[storage]
engine = "floppy"
segment_size = "huge"

[kafka]
log.retention.mss = 1
`);
    const problems = problemsOf({
      file,
      env: { KAWADB_CLUSTER__NODE_IDD: '1' },
      set: ['num.partitions=0'],
    });
    expect(problems.map(({ where, key, nearest }) => [where, key, nearest])).toEqual([
      [`${file}:2`, 'network.bind_prot', 'network.bind_port'],
      [`${file}:3`, 'network.bind_port', undefined],
      [`${file}:6`, 'storage.engine', undefined],
      [`${file}:7`, 'storage.segment_size', undefined],
      [`${file}:10`, 'kafka.log.retention.mss', 'log.retention.ms'],
      ['environment KAWADB_CLUSTER__NODE_IDD', 'cluster.node_idd', 'cluster.node_id'],
      ['--set', 'num.partitions', undefined],
    ]);
    expect(new ConfigError(problems).message).toContain(
      `${file}:2: network.bind_prot: no such key (did you mean network.bind_port?)`,
    );
    expect(problems[2]?.message).toContain('memory, segment, rocksdb, leveldb');
  });

  it('tells where a file is no TOML, or is not there', () => {
    expect(problemsOf({ file: toml('[network\n') })[0]?.where).toMatch(/kawa\.toml:1:\d+$/);
    expect(problemsOf({ file: join(directory, 'none.toml') })[0]?.message).toContain('ENOENT');
    expect(problemsOf({ set: ['listeners=nonsense'] })[0]?.key).toBe('listeners');
    expect(problemsOf({ set: ['nonsense'] })[0]?.message).toContain('key=value');
  });

  it('never tells a password', () => {
    const [problem] = problemsOf({ set: ['ssl.key.passwort=hunter2'] });
    expect(new ConfigError([problem as never]).message).not.toContain('hunter2');
  });
});

describe('quantityOf', () => {
  it.each([
    ['log.segment.bytes', '1GB', '1073741824'],
    ['log.segment.bytes', '1.5 MiB', '1572864'],
    ['log.segment.bytes', '10', '10'],
    ['log.retention.ms', '7d', '604800000'],
    ['log.retention.hours', '2d', '48'],
    ['log.retention.hours', '90m', undefined],
    ['log.retention.ms', '7', undefined],
    ['num.partitions', '1k', undefined],
  ])('%s = %s is %s', (name, text, expected) => {
    expect(quantityOf(name, text)).toBe(expected);
  });
});
