import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionForKey } from '../../../src/domain/protocol/hashing.ts';
import { type Broker, startTestBroker } from '../../../src/testing/index.ts';
import { cli, startCli, until } from './cli-run.ts';

let broker: Broker;
let env: Record<string, string>;

beforeAll(async () => {
  broker = await startTestBroker();
  env = { KAWADB_BOOTSTRAP_SERVER: broker.bootstrapServers };
});
afterAll(() => broker.close());

const run = (line: string, input: string | Uint8Array = '') => cli(line.split(' '), { env, input });

async function json(line: string, input?: string): Promise<unknown> {
  const { code, out, err } = await run(`${line} -o json`, input);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

describe('topic create, list, describe, alter-config, delete', () => {
  it('goes through the life of a topic', async () => {
    expect(await run('topic create life --partitions 3 --config retention.ms=5000')).toEqual({
      code: 0,
      out: 'created topic life\n',
      err: '',
    });
    expect(await run('topic create life')).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^kawadb: cannot create topic life: .+ \(TOPIC_ALREADY_EXISTS\)\n$/,
      ),
    });
    expect(await json('topic create life --if-not-exists')).toEqual({
      name: 'life',
      created: false,
    });
    expect(await json('topic list')).toContainEqual({
      name: 'life',
      partitions: 3,
      replicationFactor: 1,
      internal: false,
    });
    await run('topic alter-config life --set cleanup.policy=compact --unset retention.ms');
    expect(await json('topic describe life')).toMatchObject([
      {
        name: 'life',
        internal: false,
        partitions: [
          { partition: 0, replicas: [1], inSyncReplicas: [1], earliest: 0, latest: 0 },
          { partition: 1 },
          { partition: 2 },
        ],
        configs: { 'cleanup.policy': 'compact' },
      },
    ]);
    expect((await run('topic describe life')).out).toMatch(
      /^topic life {2}id \S+\nPARTITION {2}LEADER {2}EPOCH .+\n +0 .+\n +1 .+\n +2 .+\ncleanup\.policy=compact\n$/,
    );
    expect(await json('topic delete life nope --if-exists')).toEqual([
      { name: 'life', deleted: true },
      { name: 'nope', deleted: false },
    ]);
    expect(await run('topic delete nope')).toMatchObject({ code: 1, out: '' });
    expect(await run('topic describe life')).toMatchObject({
      code: 1,
      err: expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION'),
    });
  });

  it('produces to a topic that the broker makes, and says how to make one where it does not', async () => {
    expect((await run('topic produce made', 'one\n')).code).toBe(0);
    expect((await run('topic consume made -e')).out).toBe('one\n');
    const settings = { 'auto.create.topics.enable': false };
    await using strict = await startTestBroker({ settings });
    const argv = ['topic', 'produce', 'made', '-b', strict.bootstrapServers];
    expect(await cli(argv, { input: 'one\n' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('kawadb topic create made'),
    });
  });

  it('refuses a config that does not exist', async () => {
    const { code, err } = await run('topic create wrong --config retention.sm=1');
    expect(code).toBe(1);
    expect(err).toMatch(/retention\.sm.*\(INVALID_CONFIG\)\n$/);
  });
});

describe('topic produce and consume', () => {
  it('sends lines with keys and headers, and prints them by a format', async () => {
    await run('topic create lines --partitions 4');
    const sent = await json('topic produce lines -K : -H h=1 -H i=2', 'a:1\nb:2\nno key\nd:x:y');
    expect(sent).toMatchObject({ topic: 'lines', records: 4 });
    const format = '%t|%k|%K|%s|%S|%h\\n';
    const { out } = await cli(['topic', 'consume', 'lines', '-e', '-f', format], { env });
    expect(out.split('\n').sort()).toEqual([
      '',
      'lines|a|1|1|1|h=1,i=2',
      'lines|b|1|2|1|h=1,i=2',
      'lines|d|1|x:y|3|h=1,i=2',
      'lines||-1|no key|6|h=1,i=2',
    ]);
  });

  it('puts a key where every other client puts it', async () => {
    await run('topic create keyed --partitions 10');
    await run('topic produce keyed -K :', 'kafka:1\n');
    const { out } = await run('topic consume keyed -e -f %p');
    expect(Number(out)).toBe(partitionForKey(Buffer.from('kafka'), 10));
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('compresses with %s', async (codec) => {
    const name = `codec-${codec}`;
    await run(`topic create ${name}`);
    const lines = Array.from({ length: 2000 }, (_, index) => `line ${index} of some text`);
    await run(`topic produce ${name} -z ${codec}`, `${lines.join('\n')}\n`);
    expect((await run(`topic consume ${name} -e`)).out).toBe(`${lines.join('\n')}\n`);
  });

  it.each(['all', '1', '0'])('works with acks=%s', async (acks) => {
    await run(`topic create acks-${acks}`);
    await run(`topic produce acks-${acks} -X acks=${acks}`, 'one\ntwo\n');
    expect((await run(`topic consume acks-${acks} -c 2`)).out).toBe('one\ntwo\n');
  });

  it('keeps order and loses nothing over many batches', async () => {
    await run('topic create many');
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index} ${'x'.repeat(90)}`);
    expect(await json('topic produce many', lines.join('\n'))).toMatchObject({ records: 20_000 });
    expect((await run('topic consume many -e')).out).toBe(`${lines.join('\n')}\n`);
  });

  it('prints JSON lines, with base64 for what is no text', async () => {
    await run('topic create jsonl');
    const input = Buffer.from([...Buffer.from('k:text\n'), 0xff, 0xfe]);
    await run('topic produce jsonl -K : -Z', input);
    const { out } = await run('topic consume jsonl -e -o json');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { topic: 'jsonl', partition: 0, offset: 0, key: 'k', value: 'text', headers: [] },
      { offset: 1, key: null, value: { base64: '//4=' }, timestamp: expect.any(Number) },
    ]);
  });

  it('sends files as records, or their lines', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kawadb-cli-'));
    const file = join(directory, 'two');
    await writeFile(file, 'a\nb');
    await run('topic create files');
    await run(`topic produce files ${file}`);
    await run(`topic produce files -l ${file} ${file}`);
    const { out } = await cli(['topic', 'consume', 'files', '-e', '-f', '[%s]'], { env });
    expect(out).toBe('[a\nb][a][b][a][b]');
    expect(await run(`topic produce files ${file}-missing`)).toMatchObject({
      code: 1,
      err: `kawadb: cannot read ${file}-missing: ENOENT\n`,
    });
    await rm(directory, { recursive: true });
  });

  it('makes tombstones of empty values', async () => {
    await run('topic create tombstones');
    await run('topic produce tombstones -K : -Z', 'k:\n');
    expect((await run('topic consume tombstones -e -f %k%S')).out).toBe('k-1');
  });

  it('starts where it is told', async () => {
    await run('topic create places');
    await run('topic produce places', '0\n1\n2\n');
    const between = new Date(Date.now() + 1).toISOString();
    await until(() => new Date().toISOString() > between);
    await run('topic produce places', '3\n4\n');
    const from = async (position: string) =>
      (await run(`topic consume places -e --from ${position}`)).out.replaceAll('\n', '');
    expect(await from('beginning')).toBe('01234');
    expect(await from('3')).toBe('34');
    expect(await from('-1')).toBe('4');
    expect(await from('99')).toBe('');
    expect(await from('end')).toBe('');
    expect(await from(between)).toBe('34');
    expect(await from('2999-01-01')).toBe('');
    expect((await run('topic consume places -c 2')).out).toBe('0\n1\n');
  });

  it('follows a topic until Ctrl-C, and then ends with 0', async () => {
    await run('topic create tail --partitions 2');
    const consumer = startCli(['topic', 'consume', 'tail', '--from', 'end'], { env });
    // Only what comes after its start is printed, so it is sent until something arrives.
    while (consumer.out() === '') await run('topic produce tail', 'x\n');
    consumer.stop();
    expect(await consumer.done).toMatchObject({ code: 0, err: '' });
  });

  it('names partitions and topics that are not there', async () => {
    await run('topic create small --partitions 2');
    expect(await run('topic consume small -p 2')).toMatchObject({
      code: 1,
      err: expect.stringContaining('topic small has partitions 0 to 1 only'),
    });
    expect(await run('topic produce small -p 2', 'x\n')).toMatchObject({ code: 1 });
    expect(await run('topic consume nowhere')).toMatchObject({
      code: 1,
      err: expect.stringContaining('topic nowhere: the broker has no such topic'),
    });
  });

  it('splits batches for a topic that takes less at once', async () => {
    await run('topic create narrow --config max.message.bytes=500');
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    await run('topic produce narrow', lines.join('\n'));
    expect((await run('topic consume narrow -e')).out).toBe(`${lines.join('\n')}\n`);
  });

  it('tells of records the topic does not take', async () => {
    await run('topic create tight --config max.message.bytes=100');
    const { code, err } = await run('topic produce tight', `${'x'.repeat(5000)}\n`);
    expect(code).toBe(1);
    expect(err).toContain('(MESSAGE_TOO_LARGE)');
  });
});
