import { NodeCompression } from '../../src/adapters/compression/node-compression.ts';
import { decodeEndTransactionMarker } from '../../src/domain/record/control-record.ts';
import { decodeRecordBatch } from '../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../src/domain/record/record-batches.ts';
import { type BatchOptions, batchOf, produce } from './batches.ts';
import type { Answer, Scene } from './scene.ts';

const compression = new NodeCompression();
const NOT_YET = new Set([14, 15, 16, 51]);

/** A producer of a scenario: what it was told, and requests in its name. */
export class TransactionalClient {
  producerId = -1n;
  producerEpoch = -1;
  private readonly sequences = new Map<string, number>();
  private readonly scene: Scene;
  readonly transactionalId: string;

  constructor(scene: Scene, transactionalId: string) {
    this.scene = scene;
    this.transactionalId = transactionalId;
  }

  get name() {
    const { transactionalId, producerId, producerEpoch } = this;
    return { transactionalId, producerId, producerEpoch };
  }

  /** Asks until the coordinator is there and nothing is on its way; only the last answer is written down. */
  async init(step: string, version = 4, change: object = {}): Promise<Answer> {
    const { transactionalId } = this;
    const request = { transactionalId, transactionTimeoutMs: 60_000, ...change };
    await this.until('InitProducerId', version, request);
    const answer = await this.scene.ask(step, 'InitProducerId', version, request);
    if (answer.errorCode === 0) this.became(answer);
    return answer;
  }

  /** As `init`, without a line for the scenario and without asking twice. */
  async begin(): Promise<this> {
    const request = { transactionalId: this.transactionalId, transactionTimeoutMs: 60_000 };
    this.became(await this.until('InitProducerId', 4, request));
    return this;
  }

  became({ producerId, producerEpoch }: { producerId: bigint; producerEpoch: number }): void {
    if (producerId !== this.producerId || producerEpoch !== this.producerEpoch) {
      this.sequences.clear();
    }
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
  }

  private async until(api: string, version: number, request: object): Promise<Answer> {
    // Looking for the coordinator creates its topic.
    await this.scene.quietly('FindCoordinator', 2, { key: this.transactionalId, keyType: 1 });
    for (let left = 200; ; left--) {
      const answer = await this.scene.quietly(api, version, request);
      if (!NOT_YET.has(answer.errorCode) || left === 0) return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until the markers of the last transaction are written. */
  async settled(): Promise<void> {
    for (let left = 200; left > 0; left--) {
      const request = { transactionalIds: [this.transactionalId] };
      const answer = await this.scene.quietly('DescribeTransactions', 0, request);
      if (!answer.transactionStates[0].transactionState.startsWith('Prepare')) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  add(step: string, version: number, topic: string, partitions = [0], change: object = {}) {
    const { transactionalId, producerId, producerEpoch } = { ...this.name, ...change };
    const request = {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions }],
    };
    return this.scene.ask(step, 'AddPartitionsToTxn', version, request, {
      view: (answer) => inOrder(answer, 'partitionIndex'),
    });
  }

  async produce(
    step: string,
    version: number,
    topic: string,
    values: readonly string[],
    change: { partition?: number; topicId?: string; batch?: Partial<BatchOptions> } = {},
  ): Promise<Answer> {
    const { partition = 0, topicId, batch } = change;
    const key = `${topic}-${partition}`;
    const baseSequence = this.sequences.get(key) ?? 0;
    const { producerId, producerEpoch, transactionalId } = this;
    // Old timestamps would let Kafka start another segment with the first marker.
    const timestamps = values.map(() => BigInt(Date.now()));
    const records = batchOf(values, {
      timestamps,
      ...{ producerId, producerEpoch, baseSequence, transactional: true },
      ...batch,
    });
    const id = topicId === undefined ? {} : { topicId };
    const request = produce(topic, records, { ...id, partition, transactionalId });
    const answer = await this.scene.ask(step, 'Produce', version, request);
    const code = answer.responses?.[0]?.partitionResponses[0].errorCode;
    if (code === 0) this.sequences.set(key, baseSequence + values.length);
    return answer;
  }

  async end(step: string, version: number, committed: boolean, change: object = {}) {
    const request = { ...this.name, committed, ...change };
    const answer = await this.scene.ask(step, 'EndTxn', version, request);
    await this.settled();
    if (version >= 5 && answer.errorCode === 0) this.became(answer);
    return answer;
  }

  describe(step: string) {
    return this.scene.ask(
      step,
      'DescribeTransactions',
      0,
      { transactionalIds: [this.transactionalId] },
      {
        view: (answer) =>
          answer.transactionStates.map((state: Answer) => ({
            ...state,
            topics: state.topics.map(({ topic, partitions }: Answer) => ({
              topic,
              partitions: [...partitions].sort((a: number, b: number) => a - b),
            })),
            transactionStartTimeMs: state.transactionStartTimeMs > 0n ? 1 : 0,
          })),
      },
    );
  }
}

/** What a reader of either kind sees: values, and markers with what is in them. */
export async function read(scene: Scene, step: string, topic: string, partition = 0) {
  for (const isolationLevel of [0, 1]) {
    await scene.ask(
      `${step}, isolation ${isolationLevel}`,
      'Fetch',
      11,
      {
        ...{ maxWaitMs: 0, minBytes: 0, isolationLevel, forgottenTopicsData: [] },
        topics: [
          { topic, partitions: [{ partition, fetchOffset: 0n, partitionMaxBytes: 1 << 20 }] },
        ],
      },
      {
        view: (answer) => {
          const { records, ...rest } = answer.responses[0].partitions[0];
          return { ...rest, seen: seenIn(records) };
        },
      },
    );
    const partitions = [{ partitionIndex: partition, timestamp: -1n, currentLeaderEpoch: -1 }];
    await scene.ask(`${step}, latest, isolation ${isolationLevel}`, 'ListOffsets', 7, {
      ...{ replicaId: -1, isolationLevel },
      topics: [{ name: topic, partitions }],
    });
  }
}

function seenIn(records: Uint8Array): unknown {
  return Array.from(batchesOf(records), ({ bytes }) => {
    const batch = decodeRecordBatch(bytes, { compression });
    const { producerId, producerEpoch, baseSequence, control, transactional } = batch;
    const seen = batch.records.map((record) =>
      control ? decodeEndTransactionMarker(record) : Buffer.from(record.value ?? []).toString(),
    );
    return { producerId, producerEpoch, baseSequence, control, transactional, seen };
  });
}

/** Kafka gathers partitions in hash tables, whose order says nothing. */
export function inOrder(value: Answer, key: string): Answer {
  if (Array.isArray(value)) {
    const sorted = value.map((item) => inOrder(item, key));
    return sorted.every((item) => typeof item?.[key] === 'number')
      ? sorted.sort((a, b) => a[key] - b[key])
      : sorted;
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, inOrder(item, key)]),
  );
}
