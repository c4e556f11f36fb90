import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchOf, produce } from '../fidelity/batches.ts';
import { Scene } from '../fidelity/scene.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { kafkaTool, kafkaToolAvailable } from './run-client.ts';
import { QUICK_STREAMS_GROUPS, StreamsApplication } from './streams/streams-application.ts';

const RECORDS = 100;
const REPARTITION = 'counter-KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition';
/** A machine may be so busy that an instance is silent for a while; it is not to lose its tasks while they are looked at. */
const settings = { ...QUICK_STREAMS_GROUPS, 'group.streams.session.timeout.ms': '20000' };

/** What the tool printed, a line as its words. */
function rows(output: string): readonly string[] {
  const lines = output.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  return lines.filter((line) => line !== '');
}

describe.skipIf(!kafkaToolAvailable())('kafka-streams-groups.sh', { timeout: 300_000 }, () => {
  let broker: BrokerProcess;
  let folder: string;
  let application: StreamsApplication;
  let port: number;

  beforeAll(async () => {
    broker = await startBrokerProcess({ settings });
    port = Number(broker.bootstrap.split(':').at(-1));
    folder = await mkdtemp(join(tmpdir(), 'kawadb-streams-'));
    const scene = new Scene(port);
    for (const topic of ['streams-source', 'streams-target']) await scene.create(topic);
    const values = Array.from({ length: RECORDS }, (_, n) => `value-${n}`);
    await scene.quietly('Produce', 9, produce('streams-source', batchOf(values)));
    scene.close();
    application = StreamsApplication.start({
      ...{ bootstrap: broker.bootstrap, applicationId: 'counter', source: 'streams-source' },
      ...{ target: 'streams-target', stateFolder: folder, protocol: 'streams' },
    });
    await application.isRunning();
  }, 120_000);

  afterAll(async () => {
    await application.kill();
    await broker[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function tool(...args: readonly string[]): Promise<readonly string[]> {
    const all = ['--bootstrap-server', broker.bootstrap, ...args];
    const { output, errors } = await kafkaTool('streams-groups', all);
    return [...rows(output), ...rows(errors)];
  }

  /** Asks again until a line is there; the last answer else says what was there instead. */
  async function toolUntil(line: RegExp, ...args: readonly string[]): Promise<readonly string[]> {
    let answer: readonly string[] = [];
    for (let left = 40; left > 0; left--) {
      answer = await tool(...args);
      if (answer.some((each) => line.test(each))) break;
    }
    return answer;
  }

  test('lists and describes the group of a running application', async () => {
    expect(await tool('--list')).toEqual(['counter']);
    const states = await toolUntil(/^counter Stable$/, '--list', '--state');
    expect(states).toEqual(['GROUP STATE', 'counter Stable']);
    const offsets = ['--describe', '--group', 'counter', '--verbose'];
    const source = /^counter streams-source 0 100 \d+ 100 0$/;
    const described = await toolUntil(source, ...offsets);
    expect(described).toContainEqual(expect.stringMatching(source));
    expect(described).toContainEqual(
      expect.stringMatching(new RegExp(`^counter ${REPARTITION} 0 \\d+ \\d+ \\d+ 0$`)),
    );
    const members = await tool('--describe', '--group', 'counter', '--members', '--verbose');
    expect(members.slice(1)).toEqual([
      expect.stringMatching(
        /^counter \d+ 0 \S{22} streams \d+ [-\da-f]{36} counter-\S+-StreamThread-1-consumer ACTIVE: 0:\[0\]; 1:\[0\]; TARGET-ACTIVE: 0:\[0\]; 1:\[0\];$/,
      ),
    ]);
    const state = await tool('--describe', '--group', 'counter', '--state', '--verbose');
    expect(state.slice(1)).toEqual([
      expect.stringMatching(/^counter 127\.0\.0\.1:\d+ \(\d+\) Stable (\d+) \1 1$/),
    ]);
  });

  test('does not delete it', async () => {
    expect(await tool('--delete', '--group', 'counter')).toContainEqual(
      expect.stringContaining("GroupNotEmptyException: Streams group 'counter' is not EMPTY."),
    );
  });

  test('says that there is no such group', async () => {
    expect(await tool('--describe', '--group', 'nobody')).toContainEqual(
      expect.stringContaining('GroupIdNotFoundException: Group nobody not found.'),
    );
  });

  test('resets, forgets and deletes what a stopped application had', async () => {
    await application.kill();
    const listed = await toolUntil(/^counter Empty$/, '--list', '--state');
    expect(listed).toEqual(['GROUP STATE', 'counter Empty']);
    const reset = ['--reset-offsets', '--group', 'counter', '--all-input-topics'];
    expect(await tool(...reset, '--to-offset', '20', '--execute')).toContain(
      'counter streams-source 0 20',
    );
    const forget = ['--delete-offsets', '--group', 'counter', '--input-topic', 'streams-source'];
    expect(await tool(...forget)).toContain('streams-source 0 Successful');
    const deleted = await tool('--delete', '--group', 'counter', '--delete-all-internal-topics');
    expect(deleted).toContain("Deletion of requested streams groups ('counter') was successful.");
    expect(await tool('--list')).toEqual([]);
    const topics = ['--bootstrap-server', broker.bootstrap, '--list', '--exclude-internal'];
    const { output } = await kafkaTool('topics', topics);
    expect(rows(output)).toEqual(['streams-source', 'streams-target']);
  });
});
