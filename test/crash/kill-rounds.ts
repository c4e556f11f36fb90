import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { CreateTopicsApi } from '../../src/domain/protocol/messages/create-topics.ts';
import { startBrokerProcess } from '../support/broker-process.ts';
import {
  CRASH_TOPIC,
  loadUntilBroken,
  nothingAcknowledged,
  PARTITIONS,
} from './acknowledged-load.ts';
import { checkAcknowledged } from './check-acknowledged.ts';
import { CONNECTION_OPTIONS } from './crash-connection.ts';

export interface KillRoundsOptions {
  readonly storage: string;
  readonly dataDir: string;
  readonly rounds: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly progress?: (round: number, acknowledged: number) => void;
}

export interface KillRoundsReport {
  readonly acknowledged: number;
  readonly problems: readonly string[];
}

/** Small segments, so that many kills fall on a roll. */
const SETTINGS = { 'log.segment.bytes': '1048576', 'offsets.topic.num.partitions': '2' };
/** How often everything is read again, and not only what the last rounds wrote. */
const FULL_CHECK_ROUNDS = 25;

/**
 * Starts a broker, loads it, kills it with SIGKILL at a moment that differs each time, starts it again over the same
 * data and compares what is there with what it had acknowledged.
 */
export async function killRounds(options: KillRoundsOptions): Promise<KillRoundsReport> {
  const acknowledged = nothingAcknowledged();
  const problems: string[] = [];
  let checkedTo = new Map<number, bigint>();
  let total = 0;
  for (let round = 0; round <= options.rounds && problems.length === 0; round++) {
    await using broker = await startBrokerProcess({
      storage: options.storage,
      dataDir: options.dataDir,
      settings: { ...SETTINGS, ...options.settings },
    });
    const [host = '', port = ''] = broker.bootstrap.split(':');
    const address = { host, port: Number(port) };
    if (round === 0) await createTopic(address, CRASH_TOPIC);
    const last = round === options.rounds;
    const full = last || round % FULL_CHECK_ROUNDS === 0;
    problems.push(
      ...(await checkAcknowledged(address, acknowledged, full ? new Map() : checkedTo)),
    );
    checkedTo = endsOf(acknowledged.values);
    if (last) break;
    const broken = loadUntilBroken(address, acknowledged, round);
    await sleep(20 + ((round * 53) % 380));
    await broker.stop('SIGKILL');
    total += await broken;
    options.progress?.(round, total);
  }
  return { acknowledged: total, problems };
}

function endsOf(values: ReadonlyMap<number, ReadonlyMap<bigint, string>>): Map<number, bigint> {
  return new Map(
    [...values].map(([partition, byOffset]) => {
      let end = 0n;
      for (const offset of byOffset.keys()) if (offset >= end) end = offset + 1n;
      return [partition, end];
    }),
  );
}

export async function createTopic(
  address: { readonly host: string; readonly port: number },
  name: string,
): Promise<void> {
  const connection = await BrokerConnection.open(address, CONNECTION_OPTIONS);
  const topic = { name, numPartitions: PARTITIONS, replicationFactor: 1 };
  const answer = await connection.send(CreateTopicsApi, {
    topics: [{ ...topic, assignments: [], configs: [] }],
    timeoutMs: 10_000,
  });
  connection.close();
  const { errorCode } = answer.topics[0]!;
  if (errorCode !== 0) throw new Error(`creating the topic was refused with ${errorCode}`);
}
