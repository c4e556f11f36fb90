import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Answer, Scene } from '../fidelity/scene.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';

const ROUNDS = 5;
/** So many answers a round, before the broker is killed. */
const ANSWERS = 60;
const PARTITIONS = 6;
const GROUP = 'g';
const settings = {
  'group.streams.assignment.interval.ms': '0',
  'group.streams.initial.rebalance.delay.ms': '0',
};
const TOPOLOGY = {
  epoch: 7,
  subtopologies: [
    {
      ...{ subtopologyId: '0', sourceTopics: ['in'], sourceTopicRegex: [] },
      stateChangelogTopics: [
        { name: 'g-store-changelog', partitions: 0, replicationFactor: 0, topicConfigs: [] },
      ],
      ...{ repartitionSinkTopics: [], repartitionSourceTopics: [], copartitionGroups: [] },
    },
  ],
};
const FENCED_MEMBER_EPOCH = 110;
const UNKNOWN_MEMBER_ID = 25;

/** What members were told: no task may be with two at any time, and no epoch that was told may be forgotten. */
class Oracle {
  readonly owners = new Map<number, string>();
  readonly broken: string[] = [];
  answers = 0;

  owns(memberId: string, partitions: readonly number[]): void {
    for (const [partition, owner] of this.owners) {
      if (owner === memberId) this.owners.delete(partition);
    }
    for (const each of partitions) {
      const owner = this.owners.get(each);
      if (owner !== undefined) this.broken.push(`${each} is with ${owner} and ${memberId}`);
      this.owners.set(each, memberId);
    }
  }
}

/** A client that outlives the broker: it goes on with the epoch and the tasks it had. */
class Client {
  readonly memberId: string;
  readonly #oracle: Oracle;
  epoch = 0;
  owned: readonly number[] = [];
  /** It was about to leave when the broker went: it may be out of the group. */
  #mayBeOut = false;

  constructor(memberId: string, oracle: Oracle) {
    this.memberId = memberId;
    this.#oracle = oracle;
  }

  request(): object {
    const task = { subtopologyId: '0', partitions: this.owned };
    return {
      ...{ groupId: GROUP, memberId: this.memberId, memberEpoch: this.epoch },
      ...{ endpointInformationEpoch: 0, standbyTasks: [], warmupTasks: [] },
      activeTasks: this.owned.length === 0 ? [] : [task],
      ...(this.epoch === 0 && {
        ...{ rebalanceTimeoutMs: 60_000, topology: TOPOLOGY, processId: this.memberId },
      }),
    };
  }

  /** One heartbeat; whether the broker was there to answer it. */
  async beat(scene: Scene): Promise<boolean> {
    const answer: Answer = await scene.quietly('StreamsGroupHeartbeat', 1, this.request());
    if (typeof answer !== 'object') return false;
    this.#oracle.answers += 1;
    if (answer.errorCode === UNKNOWN_MEMBER_ID && this.#mayBeOut) {
      this.epoch = 0;
      return true;
    }
    this.#mayBeOut = false;
    if ([FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID].includes(answer.errorCode)) {
      this.#oracle.broken.push(`${this.memberId} is not known at epoch ${this.epoch}`);
      return false;
    }
    if (answer.errorCode !== 0) return true;
    this.epoch = answer.memberEpoch;
    if (answer.activeTasks !== null) {
      this.owned = answer.activeTasks.flatMap(({ partitions }: Answer) => partitions);
      this.#oracle.owns(this.memberId, this.owned);
    }
    return true;
  }

  async leave(scene: Scene): Promise<void> {
    this.#oracle.owns(this.memberId, []);
    this.owned = [];
    const leaving = { ...this.request(), memberEpoch: -1, topology: null };
    const answer = await scene.quietly('StreamsGroupHeartbeat', 1, leaving);
    if (typeof answer === 'object') this.epoch = 0;
    else this.#mayBeOut = true;
  }
}

/** Beats and now and then goes and comes, until the broker is gone. */
async function live(client: Client, port: number, coming: () => boolean): Promise<void> {
  const scene = new Scene(port);
  try {
    while (await client.beat(scene)) {
      if (coming()) await client.leave(scene);
      await sleep(1);
    }
  } catch (error) {
    if (!(error instanceof Error && /gone|closed|ECONN|EPIPE/.test(error.message))) throw error;
  } finally {
    scene.close();
  }
}

function portOf({ bootstrap }: BrokerProcess): number {
  return Number(bootstrap.split(':').at(-1));
}

async function described(port: number): Promise<Answer> {
  const scene = new Scene(port);
  const request = { groupIds: [GROUP], includeAuthorizedOperations: false };
  const answer: Answer = await scene.quietly('StreamsGroupDescribe', 1, request);
  scene.close();
  return answer.groups[0];
}

test('streams groups over kill -9: what was told holds, no task is with two, everything is assigned in the end', {
  timeout: 120_000,
}, async () => {
  const oracle = new Oracle();
  let broker = await startBrokerProcess({ settings });
  const { dataDir } = broker;
  const clients = ['a', 'b', 'c'].map((name) => new Client(name, oracle));
  try {
    const scene = new Scene(portOf(broker));
    await scene.create('in', { partitions: PARTITIONS });
    await scene.quietly('FindCoordinator', 4, { keyType: 0, coordinatorKeys: [GROUP] });
    scene.close();
    let groupEpoch = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const port = portOf(broker);
      const isLast = round === ROUNDS - 1;
      const enough = oracle.answers + ANSWERS;
      const living = clients.map((client, at) => {
        let beats = 0;
        return live(client, port, () => !isLast && ++beats % 11 === 7 && at !== 0);
      });
      for (let left = 1_000; left > 0; left--) {
        if (oracle.broken.length > 0) break;
        const isStable = isLast ? (await described(port)).groupState === 'Stable' : true;
        if (oracle.answers >= enough && isStable) break;
        await sleep(20);
      }
      const { topology, ...group } = await described(port);
      expect(topology.epoch).toBe(TOPOLOGY.epoch);
      if (isLast) expect(group.groupState).toBe('Stable');
      await broker.stop('SIGKILL');
      await Promise.all(living);
      broker = await startBrokerProcess({ dataDir, settings });
      const after = await described(portOf(broker));
      expect(after.groupEpoch).toBeGreaterThanOrEqual(group.groupEpoch);
      expect(after.groupEpoch).toBeGreaterThanOrEqual(groupEpoch);
      groupEpoch = after.groupEpoch;
    }
    expect(oracle.broken).toEqual([]);
    expect([...oracle.owners.keys()].sort()).toEqual([...Array(PARTITIONS).keys()]);
  } finally {
    await broker[Symbol.asyncDispose]();
  }
});
