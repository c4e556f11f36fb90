import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { startBrokerProcess } from '../support/broker-process.ts';
import { CONNECTION_OPTIONS } from './crash-connection.ts';
import { CrashGroupMember } from './crash-group-member.ts';
import { IdempotentProducer, PlainProducer } from './crash-producers.ts';
import { CRASH_TOPIC, createTopic, PARTITIONS, untilClosed } from './crash-requests.ts';
import { PartitionOracle } from './partition-oracle.ts';

export interface KillRoundsOptions {
  readonly storage: string;
  readonly dataDir: string;
  readonly rounds: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly progress?: (round: number, report: KillRoundsReport) => void;
}

export interface KillRoundsReport {
  /** Records of producers that give up what was not answered, and of those that send it again. */
  readonly acknowledged: number;
  readonly acknowledgedOnce: number;
  readonly commits: number;
  readonly generations: number;
  readonly problems: readonly string[];
}

/** Small segments, so that many kills fall on a roll. */
const SETTINGS = {
  'log.segment.bytes': '1048576',
  'log.retention.check.interval.ms': '1000',
  'offsets.topic.num.partitions': '2',
};
/** A thousand rounds must not fill the device; what goes falls to kills too. */
const TOPIC_CONFIGS = { 'retention.bytes': String(48 * 1024 * 1024) };
const PLAIN_PRODUCERS = 4;
/** How often everything is read again, and not only what the last round wrote. */
const FULL_CHECK_ROUNDS = 25;
const KILL_AT_START_ROUNDS = 9;
const POLL_MS = 10;

/**
 * Starts a broker, loads it, kills it with SIGKILL at a moment that differs each time, starts it again over the same
 * data and compares what is there with what was sent and what was acknowledged.
 */
export async function killRounds(options: KillRoundsOptions): Promise<KillRoundsReport> {
  const load = new CrashLoad();
  const { rounds } = options;
  for (let round = 0; round <= rounds && load.problems.length === 0; round++) {
    const broker = {
      storage: options.storage,
      dataDir: options.dataDir,
      settings: { ...SETTINGS, ...options.settings },
    };
    if (round > 0 && round % KILL_AT_START_ROUNDS === 0) await killAtStart(broker, round);
    await using running = await startBrokerProcess(broker);
    const [host = '', port = ''] = running.bootstrap.split(':');
    const connection = await BrokerConnection.open(
      { host, port: Number(port) },
      CONNECTION_OPTIONS,
    );
    if (round === 0) await createTopic(connection, CRASH_TOPIC, TOPIC_CONFIGS);
    const isLast = round === rounds;
    await load.check(connection, isLast || round % FULL_CHECK_ROUNDS === 0);
    if (isLast) {
      await load.finish(connection);
      connection.close();
      break;
    }
    const broken = load.run(connection, round);
    // However slow the machine is, everybody has had something acknowledged once.
    if (round === 0) await Promise.race([broken, load.underWay()]);
    await sleep(20 + ((round * 53) % 380));
    await running.stop('SIGKILL');
    await broken;
    options.progress?.(round, load.report());
  }
  return load.report();
}

/** Killed while it recovers from the last time. */
async function killAtStart(
  options: Parameters<typeof startBrokerProcess>[0],
  round: number,
): Promise<void> {
  const dying = startBrokerProcess({
    ...options,
    started: (child) => setTimeout(() => child.kill('SIGKILL'), 150 + ((round * 31) % 400)),
  });
  await dying.then(
    (broker) => broker.stop('SIGKILL'),
    () => undefined,
  );
}

/** Everything that goes on at the broker, and what is known of it. */
class CrashLoad {
  readonly problems: string[] = [];
  readonly #oracles = Array.from({ length: PARTITIONS }, (_, n) => new PartitionOracle(n));
  readonly #idempotent = this.#oracles.map((oracle) => new IdempotentProducer(oracle));
  readonly #plain = Array.from(
    { length: PLAIN_PRODUCERS },
    (_, n) => new PlainProducer(`p${n}`, this.#oracles),
  );
  readonly #member = new CrashGroupMember();

  /** Until the connection breaks. */
  async run(connection: BrokerConnection, round: number): Promise<void> {
    const work = [
      ...[...this.#idempotent, ...this.#plain].map((producer) => () => producer.run(connection)),
      () => this.#member.run(connection, round % 5 === 4),
    ];
    await Promise.all(work.map((each) => untilClosed(connection, each)));
  }

  async underWay(): Promise<void> {
    const producers = [...this.#idempotent, ...this.#plain];
    while (this.#member.commits === 0 || producers.some(({ acknowledged }) => acknowledged === 0)) {
      await sleep(POLL_MS);
    }
  }

  async check(connection: BrokerConnection, everything: boolean): Promise<void> {
    for (const oracle of this.#oracles) {
      if (everything) this.problems.push(...(await oracle.checkAll(connection)));
      this.problems.push(...(await oracle.check(connection)));
    }
    this.problems.push(...(await this.#member.check(connection)));
  }

  /** What was sent last is sent again, and everything looked at once more. */
  async finish(connection: BrokerConnection): Promise<void> {
    for (const producer of this.#idempotent) await producer.finish(connection);
    await this.check(connection, true);
  }

  report(): KillRoundsReport {
    const sum = (counts: readonly { acknowledged: number }[]): number =>
      counts.reduce((total, { acknowledged }) => total + acknowledged, 0);
    const { commits, generations } = this.#member;
    const acknowledged = sum(this.#plain);
    const acknowledgedOnce = sum(this.#idempotent);
    return { acknowledged, acknowledgedOnce, commits, generations, problems: this.problems };
  }
}
