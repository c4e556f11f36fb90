import { configureGroup, coordinatorOf } from './group-setup.ts';
import type { Answer, Scene } from './scene.ts';

export const ACCEPT = 1;
export const RELEASE = 2;
export const REJECT = 3;
export const RENEW = 4;

export const beat = (
  groupId: string,
  memberId: string,
  memberEpoch: number,
  change: object = {},
) => ({
  ...{ groupId, memberId, memberEpoch, ...change },
});

/** Settings of a group from now on; without others it reads from the start, and each heartbeat may rebalance. */
export const configured = (
  scene: Scene,
  group: string,
  configs: Readonly<Record<string, string>>,
): Promise<void> =>
  configureGroup(scene, group, {
    'share.auto.offset.reset': 'earliest',
    'share.assignment.interval.ms': '0',
    ...configs,
  });

export const coordinated = (scene: Scene): Promise<void> =>
  coordinatorOf(scene, ['share-none', 'share-g', 'share-o'], {
    api: 'ShareGroupHeartbeat',
    of: (groupId) => beat(groupId, 'm', 3),
  });

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
