import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { kafkaTool, kafkaToolAvailable } from './run-client.ts';

describe.skipIf(!kafkaToolAvailable())("Kafka's own Java tools", { timeout: 180_000 }, () => {
  let broker: BrokerProcess;
  let at: readonly string[];
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kawadb-tools-'));
    broker = await startBrokerProcess({ settings: { 'telemetry.topic': 'client-metrics' } });
    at = ['--bootstrap-server', broker.bootstrap];
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  async function tool(name: string, args: readonly string[], input = ''): Promise<string> {
    const result = await kafkaTool(name, [...at, ...args], input);
    expect(result.code, `${name}: ${result.output}${result.errors}`).toBe(0);
    return result.output;
  }

  test('topics, console producer and consumer, groups, offsets, records', async () => {
    await tool('topics', ['--create', '--topic', 'java', '--partitions', '2']);
    expect(await tool('topics', ['--describe', '--topic', 'java'])).toContain('PartitionCount: 2');
    const lines = Array.from({ length: 50 }, (_, n) => `line-${n}`);
    await tool('console-producer', ['--topic', 'java'], `${lines.join('\n')}\n`);
    const consumed = await tool('console-consumer', [
      ...['--topic', 'java', '--from-beginning', '--max-messages', '50'],
      ...['--group', 'java-group', '--timeout-ms', '30000'],
    ]);
    expect(consumed.trim().split('\n').sort()).toEqual([...lines].sort());
    expect(await tool('consumer-groups', ['--list'])).toContain('java-group');
    const described = await tool('consumer-groups', ['--describe', '--group', 'java-group']);
    expect(described).toContain('java');
    expect(await tool('get-offsets', ['--topic', 'java'])).toMatch(/java:0:\d+\njava:1:\d+/);
    await tool('topics', ['--alter', '--topic', 'java', '--partitions', '3']);
    await tool('topics', ['--delete', '--topic', 'java']);
  });

  test('transactions: copied with aborts in between, listed, described', async () => {
    await tool('topics', ['--create', '--topic', 'copy-source', '--partitions', '1']);
    await tool('topics', ['--create', '--topic', 'copy-target', '--partitions', '2']);
    const lines = Array.from({ length: 200 }, (_, n) => `line-${n}`);
    await tool('console-producer', ['--topic', 'copy-source'], `${lines.join('\n')}\n`);
    const copied = await kafkaTool('transactional-message-copier', [
      ...['--broker-list', broker.bootstrap, '--transactional-id', 'copier'],
      ...[
        '--input-topic',
        'copy-source',
        '--input-partition',
        '0',
        '--output-topic',
        'copy-target',
      ],
      ...['--transaction-size', '20', '--max-messages', '200', '--consumer-group', 'copy-group'],
      '--enable-random-aborts',
    ]);
    expect(copied.code, copied.output + copied.errors).toBe(0);
    const consumed = await tool('console-consumer', [
      ...['--topic', 'copy-target', '--from-beginning', '--max-messages', '200'],
      ...['--isolation-level', 'read_committed', '--timeout-ms', '30000'],
    ]);
    expect(consumed.trim().split('\n').sort()).toEqual([...lines].sort());
    expect(await tool('transactions', ['list'])).toMatch(/copier\s+1\s+\d+\s+Complete/);
    const described = await tool('transactions', ['describe', '--transactional-id', 'copier']);
    expect(described).toMatch(/copier\s+\d+\s+\d+\s+Complete/);
    const producers = ['describe-producers', '--topic', 'copy-target', '--partition', '0'];
    expect(await tool('transactions', producers)).toMatch(/\d+\s+\d+\s+0\s+.*None/);
    expect(await tool('features', ['describe'])).toMatch(
      /transaction\.version.*FinalizedVersionLevel: 2/,
    );
  });

  test('records deleted, groups moved and removed, log directories', async () => {
    await tool('topics', ['--create', '--topic', 'trimmed', '--partitions', '1']);
    const lines = Array.from({ length: 20 }, (_, n) => `line-${n}`);
    await tool('console-producer', ['--topic', 'trimmed'], `${lines.join('\n')}\n`);
    const file = join(directory, 'offsets.json');
    const partitions = [{ topic: 'trimmed', partition: 0, offset: 5 }];
    await writeFile(file, JSON.stringify({ partitions, version: 1 }));
    expect(await tool('delete-records', ['--offset-json-file', file])).toContain(
      'low_watermark: 5',
    );
    const earliest = await tool('get-offsets', ['--topic', 'trimmed', '--time', 'earliest']);
    expect(earliest).toContain('trimmed:0:5');
    const group = ['--group', 'trimmed-group'];
    const reset = ['--reset-offsets', '--topic', 'trimmed', '--to-offset', '7', '--execute'];
    await tool('consumer-groups', [...group, ...reset]);
    const described = await tool('consumer-groups', ['--describe', ...group]);
    expect(described).toMatch(/trimmed\s+0\s+7\s+20\s+13/);
    expect(await tool('groups', ['--list'])).toContain('trimmed-group');
    await tool('consumer-groups', ['--delete', ...group]);
    expect(await tool('groups', ['--list'])).not.toContain('trimmed-group');
    expect(await tool('log-dirs', ['--describe', '--topic-list', 'trimmed'])).toContain(
      '"partition":"trimmed-0"',
    );
    const versions = await tool('broker-api-versions', []);
    // StreamsGroupTopologyDescriptionUpdate is newer than the tools.
    expect(versions.match(/UNKNOWN\(\d+\)/g) ?? []).toEqual(['UNKNOWN(93)']);
  });

  test('configs', async () => {
    await tool('topics', ['--create', '--topic', 'configured', '--config', 'retention.ms=1000000']);
    const entity = ['--entity-type', 'topics', '--entity-name', 'configured'];
    expect(await tool('configs', ['--describe', ...entity])).toContain('retention.ms=1000000');
    await tool('configs', ['--alter', ...entity, '--add-config', 'retention.ms=2000000']);
    expect(await tool('configs', ['--describe', ...entity])).toContain('retention.ms=2000000');
    const brokers = ['--entity-type', 'brokers', '--entity-name', '1'];
    expect(await tool('configs', ['--describe', ...brokers, '--all'])).toContain('log.dirs');
  });

  test('quotas, elections, reassignments, the quorum, feature levels', async () => {
    await tool('topics', ['--create', '--topic', 'administered', '--partitions', '2']);
    const client = ['--entity-type', 'clients', '--entity-name', 'slow'];
    await tool('configs', ['--alter', ...client, '--add-config', 'producer_byte_rate=100000']);
    expect(await tool('configs', ['--describe', ...client])).toContain(
      "Quota configs for client-id 'slow' are producer_byte_rate=100000.0",
    );
    await tool('configs', ['--alter', ...client, '--delete-config', 'producer_byte_rate']);
    await tool('leader-election', ['--election-type', 'preferred', '--all-topic-partitions']);
    const topics = join(directory, 'move.json');
    await writeFile(topics, '{"topics":[{"topic":"administered"}],"version":1}');
    const generated = await tool('reassign-partitions', [
      ...['--topics-to-move-json-file', topics, '--broker-list', '1', '--generate'],
    ]);
    const plan = join(directory, 'plan.json');
    await writeFile(plan, generated.trim().split('\n').at(-1)!);
    const file = ['--reassignment-json-file', plan];
    await tool('reassign-partitions', [...file, '--execute']);
    expect(await tool('reassign-partitions', [...file, '--verify'])).toContain(
      'Reassignment of partition administered-0 is completed',
    );
    expect(await tool('metadata-quorum', ['describe', '--status'])).toMatch(/LeaderId:\s+1/);
    const level = ['--feature', 'transaction.version=1'];
    expect(await tool('features', ['downgrade', ...level])).toContain('downgraded to 1');
    expect(await tool('features', ['upgrade', '--feature', 'transaction.version=2'])).toContain(
      'upgraded to 2',
    );
  });

  test('SCRAM credentials of users; ACLs without an authorizer', async () => {
    const user = ['--entity-type', 'users', '--entity-name', 'scram-user'];
    const described = () => tool('configs', ['--describe', ...user]);
    const alter = (...change: string[]) => tool('configs', ['--alter', ...user, ...change]);
    await alter('--add-config', 'SCRAM-SHA-256=[password=secret]');
    await alter('--add-config', 'SCRAM-SHA-512=[iterations=8192,password=secret]');
    expect(await described()).toContain(
      "SCRAM credential configs for user-principal 'scram-user' are SCRAM-SHA-256=iterations=4096, SCRAM-SHA-512=iterations=8192",
    );
    await alter('--delete-config', 'SCRAM-SHA-256');
    expect(await described()).toContain("'scram-user' are SCRAM-SHA-512=iterations=8192");
    await alter('--delete-config', 'SCRAM-SHA-512');
    expect(await described()).not.toContain('SCRAM');
    for (const what of [
      ['--list'],
      ['--add', '--allow-principal', 'User:a', '--operation', 'Read', '--topic', 't'],
    ]) {
      const { code, output } = await kafkaTool('acls', [...at, ...what]);
      expect(code).toBe(1);
      expect(output).toContain(
        'SecurityDisabledException: No Authorizer is configured on the broker',
      );
    }
  });

  test('clients tell their metrics', async () => {
    await tool('topics', ['--create', '--topic', 'measured']);
    const wanted = ['--metrics', 'org.apache.kafka.producer', '--interval', '1000'];
    await tool('client-metrics', ['--alter', '--name', 'producers', ...wanted]);
    // Half of the interval to one and a half after its start a client pushes for the first time. The console consumer pushes too.
    await tool('producer-perf-test', [
      ...['--topic', 'measured', '--num-records', '50', '--record-size', '100'],
      ...['--throughput', '10'],
      ...['--producer-props', `bootstrap.servers=${broker.bootstrap}`],
    ]);
    const told = await tool('console-consumer', [
      ...['--topic', 'client-metrics', '--from-beginning', '--max-messages', '3'],
      ...['--timeout-ms', '30000'],
      ...['--formatter-property', 'print.headers=true'],
    ]);
    expect(told).toContain('client_software_name:apache-kafka-java');
    expect(told).toContain('org.apache.kafka.producer.');
  });

  test('the producer and consumer of the performance tools', async () => {
    const produced = await tool('producer-perf-test', [
      ...['--topic', 'perf', '--num-records', '20000', '--record-size', '100'],
      ...['--throughput', '-1', '--producer-props', `bootstrap.servers=${broker.bootstrap}`],
    ]);
    expect(produced).toContain('20000 records sent');
    const consumed = await tool('consumer-perf-test', ['--topic', 'perf', '--messages', '20000']);
    expect(consumed).toMatch(/, 2\d{4},/);
  });
});
