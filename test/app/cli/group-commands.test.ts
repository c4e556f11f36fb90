import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broker, startTestBroker } from '../../../src/testing/index.ts';
import { Scene } from '../../fidelity/scene.ts';
import { cli, startCli } from './cli-run.ts';

let broker: Broker;
let env: Record<string, string>;

beforeAll(async () => {
  broker = await startTestBroker({ topics: { events: { partitions: 4 } } });
  env = { KAWADB_BOOTSTRAP_SERVER: broker.bootstrapServers };
  for (const partition of [0, 1, 2, 3]) {
    await run(`topic produce events -p ${partition}`, '0\n1\n2\n3\n4\n');
  }
});
afterAll(() => broker.close());

const run = (line: string, input = '') => cli(line.split(' '), { env, input });

async function offsets(group: string): Promise<unknown[]> {
  const { out } = await run(`group describe ${group} -o json`);
  return JSON.parse(out)[0].partitions.map(({ current }: { current: number }) => current);
}

/** The partitions of each member, once that many have some. */
async function sharesOf(group: string, count: number): Promise<readonly number[][]> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { out, code } = await run(`group describe ${group} -o json`);
    const [described] = code === 0 ? (JSON.parse(out) as DescribedGroup[]) : [];
    const shares = described?.members.flatMap(({ assignments }) => assignments) ?? [];
    if (shares.length === count) return shares.map(({ partitions }) => partitions);
    if (Date.now() > deadline) throw new Error('the members got no partitions in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface DescribedGroup {
  readonly members: readonly {
    readonly assignments: readonly { readonly partitions: number[] }[];
  }[];
}

describe('consuming with a group', () => {
  it('goes on where the group stopped', async () => {
    const first = await run('topic consume events --group resumes -c 7');
    expect(first).toMatchObject({ code: 0, err: '' });
    const rest = await run('topic consume events --group resumes -e');
    const all = `${first.out}${rest.out}`.trimEnd().split('\n');
    expect(all.sort()).toEqual([0, 1, 2, 3, 4].flatMap((each) => Array(4).fill(String(each))));
    expect(await offsets('resumes')).toEqual([5, 5, 5, 5]);
    expect((await run('topic consume events --group resumes -e')).out).toBe('');
  });

  it('shares the partitions among its members', async () => {
    const members = [0, 1].map(() =>
      startCli(['topic', 'consume', 'events', '--group', 'shared', '-f', '%p '], { env }),
    );
    const shares = await sharesOf('shared', members.length);
    expect([...shares].sort()).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(await run('group seek shared --topic events --to earliest')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/group shared has 2 members .+; stop them first\n$/),
    });
    expect(await run('group delete shared')).toMatchObject({
      code: 1,
      err: expect.stringContaining('(NON_EMPTY_GROUP)'),
    });
    for (const member of members) member.stop();
    for (const member of members) expect(await member.done).toMatchObject({ code: 0, err: '' });
    const read = new Set(members.flatMap(({ out }) => out().trim().split(' ')));
    expect([...read].sort()).toEqual(['0', '1', '2', '3']);
  });
});

describe('group list, describe, seek, delete', () => {
  it('moves offsets', async () => {
    const seek = (rest: string) => run(`group seek moved --topic ${rest} -o json`);
    expect(JSON.parse((await seek('events:0,2 --to 3 --dry-run')).out)).toEqual([
      { topic: 'events', partition: 0, current: null, next: 3 },
      { topic: 'events', partition: 2, current: null, next: 3 },
    ]);
    expect(await run('group describe moved')).toMatchObject({
      code: 1,
      err: 'kawadb: there is no group moved; "kawadb group list" lists them\n',
    });
    await seek('events --to 3');
    await seek('events:1 --shift-by -2');
    await seek('events:2 --shift-by 100');
    await seek('events:3 --to earliest');
    expect(await offsets('moved')).toEqual([3, 1, 5, 0]);
    expect((await run('group describe moved')).out).toBe(
      [
        'group moved  Empty  members 0',
        'TOPIC   PARTITION  CURRENT  END  LAG  MEMBER  HOST',
        'events          0        3    5    2  -       -',
        'events          1        1    5    4  -       -',
        'events          2        5    5    0  -       -',
        'events          3        0    5    5  -       -',
        '',
      ].join('\n'),
    );
    expect((await run('group list')).out).toMatch(/^moved\s+Empty/m);
    expect(await run('group delete moved none')).toMatchObject({
      code: 1,
      out: 'deleted group moved\n',
      err: expect.stringMatching(/^kawadb: cannot delete group none: .+\(GROUP_ID_NOT_FOUND\)\n$/),
    });
  });

  it('does not shift what is not there', async () => {
    expect(await run('group seek fresh --topic events --shift-by 1')).toMatchObject({
      code: 1,
      err: 'kawadb: nothing is committed for events-0 to shift from; use --to\n',
    });
  });

  it('finds the offset of a time', async () => {
    await run('group seek timed --topic events:0 --to 2000-01-01');
    expect(await offsets('timed')).toEqual([0]);
    await run('group seek timed --topic events:0 --to 2999-01-01');
    expect(await offsets('timed')).toEqual([5]);
  });
});

describe('share groups', () => {
  it('are listed and described with their members', async () => {
    const scene = new Scene(broker.port);
    const member = { groupId: 'workers', memberId: 'w1', subscribedTopicNames: ['events'] };
    let memberEpoch = 0;
    for (let left = 400, assigned = 0; left > 0 && assigned < 4; left--) {
      const answer = await scene.quietly('ShareGroupHeartbeat', 1, { ...member, memberEpoch });
      if (answer.errorCode === 0) memberEpoch = answer.memberEpoch;
      assigned = answer.assignment?.topicPartitions[0]?.partitions.length ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await run('group list')).out).toMatch(/workers\s.*share/);
    const { out } = await run('group describe workers -o json');
    expect(JSON.parse(out)).toMatchObject([
      {
        ...{ group: 'workers', type: 'share', state: 'Stable', protocol: 'simple' },
        members: [{ memberId: 'w1', assignments: [{ topic: 'events', partitions: [0, 1, 2, 3] }] }],
      },
    ]);
    await scene.quietly('ShareGroupHeartbeat', 1, { ...member, memberEpoch: -1 });
    scene.close();
    expect((await run('group delete workers')).code).toBe(0);
    expect((await run('group describe workers')).err).toContain('no group workers');
  });
});

describe('streams groups', () => {
  it('are listed and described with what their tasks read', async () => {
    const scene = new Scene(broker.port);
    await scene.create('clicks', { partitions: 2 });
    const subtopology = {
      ...{ subtopologyId: '0', sourceTopics: ['events', 'clicks'], sourceTopicRegex: [] },
      ...{ stateChangelogTopics: [], repartitionSinkTopics: [], repartitionSourceTopics: [] },
      copartitionGroups: [],
    };
    const member = { groupId: 'counts', memberId: 's1', endpointInformationEpoch: 0 };
    const joined = await scene.quietly('StreamsGroupHeartbeat', 1, {
      ...{ ...member, memberEpoch: 0, rebalanceTimeoutMs: 1_000, processId: 'p' },
      ...{ activeTasks: [], standbyTasks: [], warmupTasks: [] },
      topology: { epoch: 0, subtopologies: [subtopology] },
    });
    expect(joined.errorCode).toBe(0);
    expect((await run('group list')).out).toMatch(/counts\s.*streams/);
    const { out } = await run('group describe counts -o json');
    expect(JSON.parse(out)).toMatchObject([
      {
        ...{ group: 'counts', type: 'streams', state: 'Stable', protocol: 'sticky' },
        members: [
          {
            memberId: 's1',
            assignments: [
              { topic: 'clicks', partitions: [0, 1] },
              { topic: 'events', partitions: [0, 1, 2, 3] },
            ],
          },
        ],
      },
    ]);
    await scene.quietly('StreamsGroupHeartbeat', 1, { ...member, memberEpoch: -1 });
    scene.close();
    expect((await run('group delete counts')).code).toBe(0);
    expect((await run('group describe counts')).err).toContain('no group counts');
  });
});
