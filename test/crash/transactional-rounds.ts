import { setTimeout as sleep } from 'node:timers/promises';
import { readLastOffset, viewOf } from '../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../src/domain/record/record-batches.ts';
import { visibleValues } from '../app/transaction/committed-reader.ts';
import { problemsOf } from '../app/transaction/model-check.ts';
import { type ModelBroker, ModelProducer } from '../app/transaction/model-producer.ts';
import { Peer } from '../fidelity/peer.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';

const PARTITIONS = 3;
const PRODUCERS = 4;
/** Waiting is shorter than the model asks for: the broker's own time goes on by itself. */
const HASTE = 10;

/** A broker process as the model's producers see it, each over a connection of its own. */
class RemoteBroker implements ModelBroker {
  readonly time = {
    nowMs: () => Date.now(),
    advance: (ms: number) => sleep(ms / HASTE),
  };
  private readonly peer: Peer;
  private readonly clientId: string;

  constructor(peer: Peer, clientId: string) {
    this.peer = peer;
    this.clientId = clientId;
  }

  // biome-ignore lint/suspicious/noExplicitAny: one helper for every API's messages.
  async ask(name: string, version: number, request: object): Promise<any> {
    const answer = await this.peer.ask(name, version, request, this.clientId);
    if (typeof answer !== 'object') throw new Error(`${name}: ${answer ?? 'the broker hung up'}`);
    return answer;
  }
}

function portOf({ bootstrap }: BrokerProcess): number {
  return Number(bootstrap.slice(bootstrap.lastIndexOf(':') + 1));
}

async function load(
  broker: ModelBroker,
  producer: ModelProducer,
  random: () => number,
): Promise<never> {
  await producer.init(broker);
  for (;;) {
    const partitions = Array.from({ length: Math.floor(random() * 4) }, () =>
      Math.floor(random() * PARTITIONS),
    );
    await producer.run(broker, {
      partitions,
      withOffset: random() < 0.5,
      committed: random() < 0.7,
    });
  }
}

async function readCommitted(broker: ModelBroker): Promise<{ visible: string[]; open: string[] }> {
  const visible: string[] = [];
  const open: string[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    let fetchOffset = 0n;
    for (;;) {
      const answer = await broker.ask('Fetch', 11, {
        ...{ maxWaitMs: 0, minBytes: 0, isolationLevel: 1, forgottenTopicsData: [] },
        topics: [
          { topic: 't', partitions: [{ partition, fetchOffset, partitionMaxBytes: 1 << 28 }] },
        ],
      });
      const [found] = answer.responses[0].partitions;
      if (found.lastStableOffset !== found.highWatermark) open.push(`t-${partition} is open`);
      const records = found.records ?? new Uint8Array();
      const values = visibleValues([records], found.abortedTransactions ?? []);
      for (const value of values) visible.push(`${partition}:${value}`);
      const next = endOf(records);
      if (next === undefined) break;
      fetchOffset = next;
    }
  }
  return { visible, open };
}

/** Where the next fetch goes on. */
function endOf(records: Uint8Array): bigint | undefined {
  let end: bigint | undefined;
  for (const { bytes } of batchesOf(records)) end = readLastOffset(viewOf(bytes), 0) + 1n;
  return end;
}

/** Kills a broker under transactional producers again and again, and compares it with what they were told. */
export async function transactionalRounds(options: {
  readonly storage: string;
  readonly dataDir: string;
  readonly rounds: number;
  readonly random: () => number;
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<{ problems: string[]; committed: number; unknown: number }> {
  const { storage, dataDir, rounds, random, settings = {} } = options;
  const producers = Array.from({ length: PRODUCERS }, (_, i) => new ModelProducer(i, i % 2 === 0));
  const problems: string[] = [];
  for (let round = 0; round < rounds && problems.length === 0; round++) {
    const broker = await startBrokerProcess({ storage, dataDir, settings });
    const peer = new Peer(portOf(broker));
    if (round === 0) await prepare(new RemoteBroker(peer, 'setup'));
    const runs = producers.map((producer) =>
      load(new RemoteBroker(peer, producer.transactionalId), producer, random).catch(String),
    );
    await sleep(150 + random() * 600);
    await broker.stop('SIGKILL');
    for (const reason of await Promise.all(runs)) {
      if (/: error \d/.test(reason)) problems.push(reason);
    }
    peer.close();
    problems.push(...(await look({ storage, dataDir, settings }, producers)));
  }
  const outcomes = producers.flatMap(({ transactions }) => transactions.map((one) => one.outcome));
  return {
    problems,
    committed: outcomes.filter((outcome) => outcome === 'committed').length,
    unknown: outcomes.filter((outcome) => outcome === 'unknown').length,
  };
}

async function prepare(broker: ModelBroker): Promise<void> {
  const topic = { name: 't', numPartitions: PARTITIONS, replicationFactor: 1 };
  await broker.ask('CreateTopics', 7, { topics: [{ ...topic, assignments: [], configs: [] }] });
  await broker.ask('FindCoordinator', 2, { key: 'id', keyType: 1 });
  await broker.ask('FindCoordinator', 2, { key: 'group', keyType: 0 });
}

/** Starts it once more, ends what was left open and reads everything; then it is killed again. */
async function look(
  options: { storage: string; dataDir: string; settings: Readonly<Record<string, string>> },
  producers: readonly ModelProducer[],
): Promise<string[]> {
  const broker = await startBrokerProcess(options);
  const peer = new Peer(portOf(broker));
  try {
    const remote = new RemoteBroker(peer, 'reader');
    for (const producer of producers) await producer.init(remote);
    const { visible, open } = await readCommitted(remote);
    return [...open, ...(await problemsOf(remote, producers, visible))];
  } finally {
    peer.close();
    await broker.stop('SIGKILL');
  }
}
