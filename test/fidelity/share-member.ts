import type { Answer, Scene } from './scene.ts';

export const ACCEPT = 1;
export const RELEASE = 2;
export const REJECT = 3;
export const RENEW = 4;
const GROUP_RESOURCE = 32;
const GROUP_ID_NOT_FOUND = 69;

export const beat = (
  groupId: string,
  memberId: string,
  memberEpoch: number,
  change: object = {},
) => ({
  ...{ groupId, memberId, memberEpoch, ...change },
});

/** Settings of a group from now on. */
export async function configured(
  scene: Scene,
  group: string,
  configs: Readonly<Record<string, string>>,
) {
  const changes = Object.entries({
    'share.auto.offset.reset': 'earliest',
    'share.assignment.interval.ms': '0',
    ...configs,
  });
  await scene.quietly('IncrementalAlterConfigs', 1, {
    resources: [
      {
        ...{ resourceType: GROUP_RESOURCE, resourceName: group },
        configs: changes.map(([name, value]) => ({ name, configOperation: 0, value })),
      },
    ],
    validateOnly: false,
  });
}

/** Waits for the coordinator of groups, whose topic the first search creates. */
export async function coordinated(scene: Scene): Promise<void> {
  for (let left = 200; left > 0; left--) {
    await scene.quietly('FindCoordinator', 4, {
      keyType: 0,
      coordinatorKeys: ['share-g', 'share-o'],
    });
    const answers = ['share-none', 'share-g', 'share-o'].map((groupId) =>
      scene.quietly('ShareGroupHeartbeat', 1, beat(groupId, 'm', 3), groupId),
    );
    const codes = (await Promise.all(answers)).map(({ errorCode }) => errorCode);
    if (codes.every((code) => code === GROUP_ID_NOT_FOUND)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no coordinator of groups');
}

/** Joins, and waits until all partitions are the member's; gives its epoch. */
export async function joined(
  scene: Scene,
  group: string,
  member: string,
  topics: readonly string[],
  partitions: number,
): Promise<number> {
  let epoch = 0;
  for (let left = 200; left > 0; left--) {
    const answer: Answer = await scene.quietly(
      'ShareGroupHeartbeat',
      1,
      beat(group, member, epoch, { subscribedTopicNames: topics }),
    );
    if (answer.errorCode === 0) epoch = answer.memberEpoch;
    const assigned: Answer[] = answer.assignment?.topicPartitions ?? [];
    const count = assigned.reduce((sum, one) => sum + one.partitions.length, 0);
    if (count === partitions) return epoch;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${member} gets no partitions of ${group}`);
}

export const acknowledged = (
  first: bigint,
  last: bigint,
  ...types: readonly number[]
): { firstOffset: bigint; lastOffset: bigint; acknowledgeTypes: readonly number[] } => ({
  firstOffset: first,
  lastOffset: last,
  acknowledgeTypes: types,
});

/** A member that fetches one topic, with the epochs of its session. */
export class Reader {
  readonly #scene: Scene;
  readonly #group: string;
  readonly #member: string;
  readonly #topicId: string;
  epoch = 0;
  view: ((answer: Answer) => unknown) | undefined;

  constructor(scene: Scene, group: string, member: string, topicId: string) {
    this.#scene = scene;
    this.#group = group;
    this.#member = member;
    this.#topicId = topicId;
  }

  #of(epoch: number): object {
    return { groupId: this.#group, memberId: this.#member, shareSessionEpoch: epoch };
  }

  request(acknowledgementBatches: readonly object[] = [], change: object = {}): object {
    const partitions = [{ partitionIndex: 0, acknowledgementBatches }];
    return {
      ...this.#of(this.epoch),
      ...{ maxWaitMs: 5_000, minBytes: 1, maxBytes: 1_000_000, maxRecords: 500, batchSize: 500 },
      topics: [{ topicId: this.#topicId, partitions }],
      forgottenTopicsData: [],
      ...change,
    };
  }

  async fetch(
    step: string,
    version: number,
    batches: readonly object[] = [],
    change: object = {},
  ): Promise<Answer> {
    const request = this.request(batches, change);
    const options = { client: this.#member, ...(this.view && { view: this.view }) };
    const answer = await this.#scene.ask(step, 'ShareFetch', version, request, options);
    if (answer.errorCode === 0) this.epoch += 1;
    return answer;
  }

  async acknowledge(
    step: string,
    version: number,
    batches: readonly object[],
    change: object = {},
  ): Promise<void> {
    const partitions = [{ partitionIndex: 0, acknowledgementBatches: batches }];
    const topics = [{ topicId: this.#topicId, partitions }];
    const request = { ...this.#of(this.epoch), topics, ...change };
    const options = { client: this.#member };
    const answer = await this.#scene.ask(step, 'ShareAcknowledge', version, request, options);
    if (answer.errorCode === 0) this.epoch += 1;
  }
}
