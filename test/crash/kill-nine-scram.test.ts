import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { AlterUserScramCredentialsApi } from '../../src/domain/protocol/messages/alter-user-scram-credentials.ts';
import { DescribeUserScramCredentialsApi } from '../../src/domain/protocol/messages/describe-user-scram-credentials.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { durableEngines } from '../support/durable-engines.ts';
import { CONNECTION_OPTIONS } from './crash-connection.ts';
import { untilClosed } from './crash-requests.ts';

const { KAWADB_CRASH_ROUNDS } = process.env;
const ROUNDS = Number(KAWADB_CRASH_ROUNDS ?? 2);
const ROUND_TIMEOUT_MS = 20_000;
const USERS = ['a', 'b', 'c', 'd'];
/** How many changes are answered in a round before the kill; others are under way then. */
const ANSWERED_BEFORE_KILL = 40;
const SHA_256 = 1;
const ITERATIONS_MIN = 4096;
const ITERATIONS_MAX = 16_384;
/** Of iterations: the user has no credential. */
const DELETED = 0;

/** Each user changes over and over; what the broker may know of it is the last change answered, or the one under way. */
class ScramUser {
  readonly name: string;
  #answered = DELETED;
  #asked = DELETED;
  #changes = 0;

  constructor(name: string) {
    this.name = name;
  }

  get possible(): readonly number[] {
    return [this.#answered, this.#asked];
  }

  async run(connection: BrokerConnection, answered: () => void): Promise<void> {
    for (;;) {
      this.#changes += 1;
      const deletes = this.#answered !== DELETED && this.#changes % 5 === 0;
      this.#asked = deletes
        ? DELETED
        : ITERATIONS_MIN + (this.#changes % (ITERATIONS_MAX - ITERATIONS_MIN));
      const { results } = await connection.send(AlterUserScramCredentialsApi, {
        deletions: deletes ? [{ name: this.name, mechanism: SHA_256 }] : [],
        upsertions: deletes ? [] : [this.#upsertion(this.#asked)],
      });
      expect(results).toMatchObject([{ user: this.name, errorCode: 0 }]);
      this.#answered = this.#asked;
      answered();
    }
  }

  /** Takes for stored what was found there. */
  found(iterations: number): void {
    expect(this.possible, `iterations of ${this.name}`).toContain(iterations);
    this.#answered = iterations;
    this.#asked = iterations;
  }

  #upsertion(iterations: number) {
    const salt = new Uint8Array(24);
    const saltedPassword = new Uint8Array(32).fill(1);
    return { name: this.name, mechanism: SHA_256, iterations, salt, saltedPassword };
  }
}

async function check(connection: BrokerConnection, users: readonly ScramUser[]): Promise<void> {
  const { results } = await connection.send(DescribeUserScramCredentialsApi, { users: null });
  const stored = new Map(results.map((each) => [each.user, each.credentialInfos[0]?.iterations]));
  for (const user of users) user.found(stored.get(user.name) ?? DELETED);
}

/** Kills in the middle of changes, after some were answered. */
async function runAndKill(
  running: BrokerProcess,
  connections: readonly BrokerConnection[],
  users: readonly ScramUser[],
  round: number,
): Promise<void> {
  let left = ANSWERED_BEFORE_KILL + round;
  let killed: Promise<unknown> | undefined;
  const answered = (): void => {
    left -= 1;
    if (left === 0) killed = running.stop('SIGKILL');
  };
  const changing = users.map((user, n) => {
    const connection = connections[n]!;
    return untilClosed(connection, () => user.run(connection, answered));
  });
  await Promise.all(changing);
  expect(killed, 'the connections broke before the kill').toBeDefined();
  await killed;
}

test.each(durableEngines)(
  'SCRAM credentials are after kill -9 what was answered, %s engine',
  { timeout: (ROUNDS + 2) * ROUND_TIMEOUT_MS },
  async (storage) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-scram-'));
    const users = USERS.map((name) => new ScramUser(name));
    try {
      for (let round = 0; round <= ROUNDS; round++) {
        await using running = await startBrokerProcess({ storage, dataDir });
        const [host = '', port = ''] = running.bootstrap.split(':');
        // A connection of its own for each: changes meet in the broker.
        const connections = await Promise.all(
          users.map(() => BrokerConnection.open({ host, port: Number(port) }, CONNECTION_OPTIONS)),
        );
        await check(connections[0]!, users);
        if (round < ROUNDS) await runAndKill(running, connections, users, round);
        for (const connection of connections) connection.close();
      }
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
