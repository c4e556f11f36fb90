import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { NodeCompression } from '../../src/adapters/compression/node-compression.ts';
import { decodeRecordBatch } from '../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../src/domain/record/record-batches.ts';
import { batchOf, produce } from '../fidelity/batches.ts';
import { type Answer, Scene } from '../fidelity/scene.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';

const ACCEPT = 1;
const RELEASE = 2;
const REJECT = 3;
const ROUNDS = 5;
const RECORDS = 300;
const TOPIC = 'share-crash';
const QUEUE = 'dlq.share-crash';
const settings = {
  'group.share.assignment.interval.ms': '0',
  'group.share.max.delivery.count.limit': '25',
  'group.share.delivery.count.limit': '10',
  // Snapshots come often, so that kills fall between them and the changes behind them.
  'share.coordinator.snapshot.update.records.per.snapshot': '3',
};

/** What was told to members: what is over for an offset must never come again. */
class Oracle {
  readonly delivered = new Set<number>();
  readonly over = new Set<number>();
  /** Rejections that were sent, and those that were answered. */
  readonly sentRejections = new Set<number>();
  readonly rejected = new Set<number>();
  readonly broken: string[] = [];

  delivers(offset: number): void {
    this.delivered.add(offset);
    if (this.over.has(offset)) this.broken.push(`${offset} is delivered though it was over`);
  }
}

/** Reads and acknowledges until the broker is gone or the records are. */
async function member(
  name: string,
  o: { readonly port: number; readonly topicId: string; readonly oracle: Oracle },
): Promise<void> {
  const scene = new Scene(o.port);
  const ask = async (api: string, request: object): Promise<Answer> => {
    const answer = await scene.quietly(api, 1, { groupId: 'g', memberId: name, ...request });
    if (typeof answer !== 'object') throw new Error('the broker is gone');
    return answer;
  };
  try {
    let epoch = 0;
    for (let memberEpoch = 0, isAssigned = false; !isAssigned; await sleep(20)) {
      const beat = { memberEpoch, subscribedTopicNames: [TOPIC] };
      const answer = await ask('ShareGroupHeartbeat', beat);
      if (answer.errorCode === 0) memberEpoch = answer.memberEpoch;
      isAssigned = answer.assignment?.topicPartitions.length > 0;
    }
    for (;;) {
      const partition = { partitionIndex: 0, acknowledgementBatches: [] };
      const fetched = await ask('ShareFetch', {
        ...{ shareSessionEpoch: epoch, maxWaitMs: 500, minBytes: 1, maxBytes: 100_000 },
        ...{ maxRecords: 10, batchSize: 5, forgottenTopicsData: [] },
        topics: [{ topicId: o.topicId, partitions: [partition] }],
      });
      expect(fetched.errorCode).toBe(0);
      epoch += 1;
      const acquired: Answer[] = fetched.responses.flatMap(({ partitions }: Answer) =>
        partitions.flatMap(({ acquiredRecords }: Answer) => acquiredRecords),
      );
      const batches = acquired.map(({ firstOffset, lastOffset, deliveryCount }) => ({
        ...{ firstOffset, lastOffset },
        acknowledgeTypes: Array.from({ length: Number(lastOffset - firstOffset) + 1 }, (_, i) => {
          const offset = Number(firstOffset) + i;
          o.oracle.delivers(offset);
          if (deliveryCount < 3 && offset % 4 === 1) return RELEASE;
          if (offset % 10 !== 2) return ACCEPT;
          o.oracle.sentRejections.add(offset);
          return REJECT;
        }),
      }));
      if (batches.length === 0) continue;
      const acknowledged = await ask('ShareAcknowledge', {
        shareSessionEpoch: epoch,
        topics: [
          {
            topicId: o.topicId,
            partitions: [{ partitionIndex: 0, acknowledgementBatches: batches }],
          },
        ],
      });
      epoch += 1;
      const { errorCode } = acknowledged.responses[0].partitions[0];
      if (errorCode !== 0) continue;
      for (const { firstOffset, acknowledgeTypes } of batches) {
        for (const [i, type] of acknowledgeTypes.entries()) {
          if (type !== RELEASE) o.oracle.over.add(Number(firstOffset) + i);
          if (type === REJECT) o.oracle.rejected.add(Number(firstOffset) + i);
        }
      }
    }
  } catch (error) {
    if (error instanceof Error && /gone|closed|ECONN|EPIPE|answer/.test(error.message)) return;
    throw error;
  } finally {
    scene.close();
  }
}

async function prepare(broker: BrokerProcess): Promise<string> {
  const scene = new Scene(portOf(broker));
  const topicId = await scene.create(TOPIC);
  await scene.create(QUEUE, { configs: { 'errors.deadletterqueue.group.enable': 'true' } });
  await scene.quietly('FindCoordinator', 4, { keyType: 0, coordinatorKeys: ['g'] });
  const configs = [
    { name: 'share.auto.offset.reset', configOperation: 0, value: 'earliest' },
    { name: 'errors.deadletterqueue.topic.name', configOperation: 0, value: QUEUE },
  ];
  await scene.quietly('IncrementalAlterConfigs', 1, {
    resources: [{ resourceType: 32, resourceName: 'g', configs }],
    validateOnly: false,
  });
  for (let from = 0; from < RECORDS; from += 6) {
    const values = Array.from({ length: 6 }, (_, i) => `${from + i}`);
    await scene.quietly('Produce', 9, produce(TOPIC, batchOf(values)));
  }
  scene.close();
  return topicId;
}

/** The offsets that the queue of dead letters tells of. */
async function buried(port: number): Promise<number[]> {
  const scene = new Scene(port);
  const answer: Answer = await scene.quietly('Fetch', 12, {
    ...{ replicaId: -1, maxWaitMs: 0, minBytes: 1, maxBytes: 10_000_000, isolationLevel: 0 },
    ...{ sessionId: 0, sessionEpoch: -1, forgottenTopicsData: [], rackId: '' },
    topics: [
      {
        topic: QUEUE,
        partitions: [
          {
            ...{ partition: 0, currentLeaderEpoch: -1, fetchOffset: 0n, lastFetchedEpoch: -1 },
            ...{ logStartOffset: -1n, partitionMaxBytes: 10_000_000 },
          },
        ],
      },
    ],
  });
  scene.close();
  const compression = new NodeCompression();
  return [...batchesOf(answer.responses[0].partitions[0].records ?? new Uint8Array(0))].flatMap(
    ({ bytes }) =>
      decodeRecordBatch(bytes, { compression }).records.map(({ headers }) => {
        const offset = headers.find(({ key }) => key === '__dlq.errors.offset')?.value;
        return Number(new TextDecoder().decode(offset ?? undefined));
      }),
  );
}

function portOf({ bootstrap }: BrokerProcess): number {
  return Number(bootstrap.split(':').at(-1));
}

async function lag(port: number): Promise<bigint> {
  const scene = new Scene(port);
  const topics = [{ topicName: TOPIC, partitions: [0] }];
  const answer: Answer = await scene.quietly('DescribeShareGroupOffsets', 1, {
    groups: [{ groupId: 'g', topics }],
  });
  scene.close();
  return answer.groups[0].topics[0].partitions[0].lag;
}

test('share groups over kill -9: nothing is lost or comes again that was answered, and dead letters arrive', {
  timeout: 120_000,
}, async () => {
  const oracle = new Oracle();
  let broker = await startBrokerProcess({ settings });
  const { dataDir } = broker;
  try {
    const topicId = await prepare(broker);
    for (let round = 0; round < ROUNDS; round++) {
      const port = portOf(broker);
      const names = ['a', 'b', 'c'].map((name) => `${name}${round}`);
      const reading = names.map((name) => member(name, { port, topicId, oracle }));
      const isLast = round === ROUNDS - 1;
      const enough = Math.min(oracle.over.size + RECORDS / ROUNDS / 2, RECORDS);
      for (let left = 1_000; left > 0; left--) {
        if (isLast ? (await lag(port)) === 0n : oracle.over.size >= enough) break;
        await sleep(20);
      }
      if (isLast) expect(await lag(port)).toBe(0n);
      await broker.stop('SIGKILL');
      await Promise.all(reading);
      broker = await startBrokerProcess({ dataDir, settings });
    }
    expect(oracle.broken).toEqual([]);
    expect(oracle.delivered.size).toBe(RECORDS);
    expect(await lag(portOf(broker))).toBe(0n);
    const letters = await buried(portOf(broker));
    expect([...oracle.rejected].filter((offset) => !letters.includes(offset))).toEqual([]);
    expect(letters.filter((offset) => !oracle.sentRejections.has(offset))).toEqual([]);
    // A kill between a letter and the state that says so has it written again, once for each kill at the most.
    const copies = letters.map((offset) => letters.filter((each) => each === offset).length);
    expect(Math.max(...copies)).toBeLessThanOrEqual(ROUNDS);
  } finally {
    await broker[Symbol.asyncDispose]();
  }
});
