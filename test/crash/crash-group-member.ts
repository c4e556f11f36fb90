import type { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { ERROR_CODES } from '../../src/domain/error-code.ts';
import { JoinGroupApi } from '../../src/domain/protocol/messages/join-group.ts';
import { OffsetCommitApi } from '../../src/domain/protocol/messages/offset-commit.ts';
import { OffsetFetchApi } from '../../src/domain/protocol/messages/offset-fetch.ts';
import { SyncGroupApi } from '../../src/domain/protocol/messages/sync-group.ts';
import {
  CRASH_TOPIC,
  earliestOffset,
  fetchKeys,
  PARTITIONS,
  RefusedError,
  refuse,
} from './crash-requests.ts';

const GROUP = 'crash-group';
const PROTOCOL = 'range';
const POLL_MS = 20;
const codeOf = (name: keyof typeof ERROR_CODES): number => ERROR_CODES[name].code;
const OUT_OF_RANGE = codeOf('OFFSET_OUT_OF_RANGE');
/** The group's partition is on its way. */
const PASSING = [
  ...(['COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR'] as const),
].map(codeOf);
const MUST_JOIN = (
  ['ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID'] as const
).map(codeOf);

/** A partition's offset as it was last acknowledged, and as a commit would have it that was not answered. */
interface Committed {
  acknowledged: bigint;
  asked: bigint;
}

/** A consumer of a group, which knows itself across crashes as a client does that connects again. */
export class CrashGroupMember {
  readonly #committed: Committed[] = Array.from({ length: PARTITIONS }, () => {
    return { acknowledged: 0n, asked: 0n };
  });
  #memberId = '';
  #generationId = -1;
  commits = 0;
  generations = 0;

  /** Reads and commits; `joinsAnew` makes a new generation first. */
  async run(connection: BrokerConnection, joinsAnew: boolean): Promise<void> {
    if (joinsAnew || this.#generationId < 0) await this.#join(connection);
    for (let n = 0; ; n++) {
      try {
        await this.#consume(connection, n % PARTITIONS);
      } catch (error) {
        // Retention may have taken what was to be read.
        if (!(error instanceof RefusedError) || error.errorCode !== OUT_OF_RANGE) throw error;
      }
    }
  }

  /** What the group knows must be what it acknowledged last, or was asked since. */
  async check(connection: BrokerConnection): Promise<string[]> {
    const problems: string[] = [];
    const partitionIndexes = this.#committed.map((_, partition) => partition);
    const request = { groupId: GROUP, topics: [{ name: CRASH_TOPIC, partitionIndexes }] };
    for (;;) {
      const answer = await connection.send(OffsetFetchApi, request, { maxVersion: 7 });
      if (PASSING.includes(answer.errorCode)) continue;
      refuse(answer.errorCode, 'fetching offsets');
      for (const { partitionIndex, committedOffset } of answer.topics[0]!.partitions) {
        const known = this.#committed[partitionIndex]!;
        const found = committedOffset < 0n ? 0n : committedOffset;
        if (found !== known.acknowledged && found !== known.asked) {
          problems.push(`${partitionIndex} is at ${found}: committed was ${known.acknowledged}`);
        }
        known.acknowledged = found;
        known.asked = found;
      }
      return problems;
    }
  }

  async #consume(connection: BrokerConnection, partition: number): Promise<void> {
    const known = this.#committed[partition]!;
    let from = await earliestOffset(connection, partition);
    if (known.acknowledged > from) from = known.acknowledged;
    const { next } = await fetchKeys(connection, partition, from, POLL_MS);
    if (next === known.acknowledged) return;
    known.asked = next;
    const { partitions } = (
      await connection.send(
        OffsetCommitApi,
        {
          groupId: GROUP,
          generationIdOrMemberEpoch: this.#generationId,
          memberId: this.#memberId,
          topics: [
            {
              name: CRASH_TOPIC,
              partitions: [
                { partitionIndex: partition, committedOffset: next, committedMetadata: '' },
              ],
            },
          ],
        },
        { maxVersion: 9 },
      )
    ).topics[0]!;
    const { errorCode } = partitions[0]!;
    if (errorCode === 0) {
      known.acknowledged = next;
      this.commits += 1;
      return;
    }
    known.asked = known.acknowledged;
    if (MUST_JOIN.includes(errorCode)) await this.#join(connection);
    else if (!PASSING.includes(errorCode)) refuse(errorCode, 'a commit');
  }

  async #join(connection: BrokerConnection): Promise<void> {
    for (;;) {
      const joined = await connection.send(JoinGroupApi, {
        ...{ groupId: GROUP, memberId: this.#memberId, protocolType: 'consumer' },
        ...{ sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 60_000 },
        protocols: [{ name: PROTOCOL, metadata: new Uint8Array(0) }],
      });
      const { errorCode, memberId, generationId } = joined;
      if (errorCode === codeOf('UNKNOWN_MEMBER_ID')) this.#memberId = '';
      else if (memberId !== '') this.#memberId = memberId;
      if (errorCode !== 0) {
        const passes = [...PASSING, ...MUST_JOIN, codeOf('MEMBER_ID_REQUIRED')];
        if (!passes.includes(errorCode)) refuse(errorCode, 'joining');
        continue;
      }
      const assignments = [{ memberId, assignment: new Uint8Array([1]) }];
      const sync = { groupId: GROUP, memberId, generationId, assignments };
      const named = { protocolType: 'consumer', protocolName: PROTOCOL };
      const synced = await connection.send(SyncGroupApi, { ...sync, ...named });
      if (synced.errorCode !== 0) continue;
      this.#generationId = generationId;
      this.generations += 1;
      return;
    }
  }
}
