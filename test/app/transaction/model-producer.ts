import { batchOf, produce } from '../../fidelity/batches.ts';

/** A broker of either kind: within the test, or a process. */
export interface ModelBroker {
  // biome-ignore lint/suspicious/noExplicitAny: one helper for every API's messages.
  ask(name: string, version: number, request: object): Promise<any>;
  readonly time: { nowMs(): number; advance(ms: number): Promise<void> };
}

export type Outcome = 'committed' | 'aborted' | 'unknown';

export interface ModelTransaction {
  readonly values: string[];
  offset: bigint | undefined;
  outcome: Outcome;
}

/** CONCURRENT_TRANSACTIONS, and what a broker says that has just started. */
const TRANSIENT = new Set([51, 3, 6, 14, 15, 16, 19]);
const NONE = 0;

/** A producer that works through its transactions and keeps account of what it was told of them. */
export class ModelProducer {
  readonly transactions: ModelTransaction[] = [];
  readonly index: number;
  private readonly bumpsEpochs: boolean;
  private producerId = -1n;
  private producerEpoch = -1;
  private readonly sequences = new Map<number, number>();

  constructor(index: number, bumpsEpochs: boolean) {
    this.index = index;
    this.bumpsEpochs = bumpsEpochs;
  }

  get transactionalId(): string {
    return `id-${this.index}`;
  }

  private get name() {
    const { transactionalId, producerId, producerEpoch } = this;
    return { transactionalId, producerId, producerEpoch };
  }

  private became({ producerId, producerEpoch }: { producerId: bigint; producerEpoch: number }) {
    if (producerId !== this.producerId || producerEpoch !== this.producerEpoch) {
      this.sequences.clear();
    }
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
  }

  /** Repeats while the end of the transaction before is on its way. */
  private async until(
    broker: ModelBroker,
    ask: () => Promise<{ code: number; answer: unknown }>,
  ): Promise<unknown> {
    for (let left = 200; ; left--) {
      const { code, answer } = await ask();
      if (code === NONE) return answer;
      if (!TRANSIENT.has(code) || left === 0) throw new Error(`error ${code}`);
      await broker.time.advance(100);
    }
  }

  async init(broker: ModelBroker): Promise<void> {
    const request = { transactionalId: this.transactionalId, transactionTimeoutMs: 60_000 };
    const answer = await this.until(broker, async () => {
      const answer = await broker.ask('InitProducerId', 4, request);
      return { code: answer.errorCode, answer };
    });
    this.became(answer as { producerId: bigint; producerEpoch: number });
  }

  /** One transaction: records in some partitions, an offset, the end. */
  async run(
    broker: ModelBroker,
    plan: { partitions: readonly number[]; withOffset: boolean; committed: boolean },
  ): Promise<void> {
    const number = this.transactions.length;
    const transaction: ModelTransaction = { values: [], offset: undefined, outcome: 'aborted' };
    this.transactions.push(transaction);
    for (const [step, partition] of plan.partitions.entries()) {
      const value = `${this.index}-${number}-${step}`;
      transaction.values.push(`${partition}:${value}`);
      await this.produce(broker, partition, value);
    }
    if (plan.withOffset) {
      transaction.offset = BigInt(number + 1);
      await this.commitOffset(broker, transaction.offset);
    }
    await this.end(broker, transaction, plan.committed);
  }

  private async produce(broker: ModelBroker, partition: number, value: string) {
    if (!this.bumpsEpochs) {
      const topics = [{ name: 't', partitions: [partition] }];
      await this.until(broker, async () => {
        const answer = await broker.ask('AddPartitionsToTxn', 3, {
          v3AndBelowTransactionalId: this.transactionalId,
          v3AndBelowProducerId: this.producerId,
          v3AndBelowProducerEpoch: this.producerEpoch,
          v3AndBelowTopics: topics,
        });
        const [topic] = answer.resultsByTopicV3AndBelow;
        return { code: topic.resultsByPartition[0].partitionErrorCode, answer };
      });
    }
    const baseSequence = this.sequences.get(partition) ?? 0;
    const { transactionalId, producerId, producerEpoch } = this;
    const timestamps = [BigInt(broker.time.nowMs())];
    const producer = { producerId, producerEpoch, baseSequence, transactional: true };
    const options = { ...producer, timestamps };
    await this.until(broker, async () => {
      const request = produce('t', batchOf([value], options), { partition, transactionalId });
      const asked = broker.ask('Produce', this.bumpsEpochs ? 12 : 9, request);
      const answer = await answered(broker, asked);
      return { code: answer.responses[0].partitionResponses[0].errorCode, answer };
    });
    this.sequences.set(partition, baseSequence + 1);
  }

  private async commitOffset(broker: ModelBroker, offset: bigint): Promise<void> {
    const groupId = `group-${this.index}`;
    if (!this.bumpsEpochs) {
      await this.until(broker, async () => {
        const answer = await broker.ask('AddOffsetsToTxn', 3, { ...this.name, groupId });
        return { code: answer.errorCode, answer };
      });
    }
    await this.until(broker, async () => {
      const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }];
      const asked = broker.ask('TxnOffsetCommit', this.bumpsEpochs ? 5 : 3, {
        ...{ ...this.name, groupId, topics: [{ name: 't', partitions }] },
      });
      const answer = await answered(broker, asked);
      return { code: answer.topics[0].partitions[0].errorCode, answer };
    });
  }

  private async end(broker: ModelBroker, transaction: ModelTransaction, committed: boolean) {
    const isEmpty = transaction.values.length === 0 && transaction.offset === undefined;
    // Nothing was begun: a client would not ask.
    if (isEmpty) return;
    if (committed) transaction.outcome = 'unknown';
    const version = this.bumpsEpochs ? 5 : 3;
    const answer = await this.until(broker, async () => {
      const answer = await broker.ask('EndTxn', version, { ...this.name, committed });
      return { code: answer.errorCode, answer };
    });
    if (committed) transaction.outcome = 'committed';
    if (version >= 5) this.became(answer as { producerId: bigint; producerEpoch: number });
  }
}

/** The broker itself waits a little for the end of the transaction before: its time has to go on. */
async function answered<Answer>(broker: ModelBroker, asked: Promise<Answer>) {
  let isPending = true;
  const settled = asked.finally(() => {
    isPending = false;
  });
  // A rejection is met below, not while time goes on.
  settled.catch(() => {});
  for (let left = 50; isPending && left > 0; left--) await broker.time.advance(50);
  return settled;
}
