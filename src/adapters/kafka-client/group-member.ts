import { KafkaError } from '../../domain/kafka-error.ts';
import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
} from '../../domain/protocol/data/consumer-protocol.ts';
import { HeartbeatApi } from '../../domain/protocol/messages/heartbeat.ts';
import { JoinGroupApi } from '../../domain/protocol/messages/join-group.ts';
import { LeaveGroupApi } from '../../domain/protocol/messages/leave-group.ts';
import { SyncGroupApi } from '../../domain/protocol/messages/sync-group.ts';
import { decodeRecord, encodeRecord } from '../../domain/protocol/record-codec.ts';
import type { ResponseOf } from '../../domain/protocol/schema.ts';
import { checkAnswer } from './answer-error.ts';
import type { ClusterClient } from './cluster-client.ts';
import type { Committer } from './group-offsets.ts';
import { rangeAssignment } from './range-assignment.ts';
import { isRetriable } from './retry.ts';

/** From one assignment to the next. */
export interface Generation extends Committer {
  readonly partitions: readonly number[];
  /** Aborted when the group assigns anew. */
  readonly ended: AbortSignal;
}

type Joined = ResponseOf<typeof JoinGroupApi>;

const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 30_000;
/** A join is answered when all the others have joined, or are given up. */
const JOIN_TIMEOUT_MS = REBALANCE_TIMEOUT_MS + 10_000;
const HEARTBEAT_MS = 3_000;
const PROTOCOL_TYPE = 'consumer';
const ASSIGNOR = 'range';
const CONSUMER_PROTOCOL_VERSION = 1;

/** A member of a classic consumer group that reads one topic (Kafka's ConsumerCoordinator, without its cooperation). */
export class GroupMember {
  readonly #cluster: ClusterClient;
  readonly #groupId: string;
  readonly #topic: string;
  #memberId = '';
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(cluster: ClusterClient, groupId: string, topic: string) {
    this.#cluster = cluster;
    this.#groupId = groupId;
    this.#topic = topic;
  }

  /** Joins, or joins again, and waits for the assignment. */
  async join(signal: AbortSignal): Promise<Generation> {
    clearTimeout(this.#heartbeat);
    return this.#cluster.retrying(async () => {
      for (;;) {
        try {
          return await this.#joinOnce();
        } catch (error) {
          if (signal.aborted || !this.#mayJoinAgain(error)) throw error;
        }
      }
    }, signal);
  }

  /** Lets the others go on at once instead of after the session's end. */
  async leave(): Promise<void> {
    clearTimeout(this.#heartbeat);
    if (this.#memberId === '') return;
    const memberId = this.#memberId;
    this.#memberId = '';
    const groupId = this.#groupId;
    await this.#cluster.send({ coordinatorOf: groupId }, LeaveGroupApi, (version) =>
      version < 3 ? { groupId, memberId } : { groupId, members: [{ memberId }] },
    );
  }

  async #joinOnce(): Promise<Generation> {
    const joined = await this.#join();
    this.#memberId = joined.memberId;
    const { memberId, generationId } = joined;
    const partitions = await this.#sync(joined);
    const controller = new AbortController();
    this.#scheduleHeartbeat({ memberId, generationId }, controller);
    return { memberId, generationId, partitions, ended: controller.signal };
  }

  async #join(): Promise<Joined> {
    const subscription = { topics: [this.#topic] };
    const metadata = encodeRecord(
      ConsumerProtocolSubscription,
      CONSUMER_PROTOCOL_VERSION,
      subscription,
    );
    const answer = await this.#cluster.send(
      { coordinatorOf: this.#groupId },
      JoinGroupApi,
      {
        groupId: this.#groupId,
        sessionTimeoutMs: SESSION_TIMEOUT_MS,
        rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
        memberId: this.#memberId,
        protocolType: PROTOCOL_TYPE,
        protocols: [{ name: ASSIGNOR, metadata }],
      },
      { timeoutMs: JOIN_TIMEOUT_MS },
    );
    // With MEMBER_ID_REQUIRED comes the id to join with (KIP-394).
    if (answer.memberId !== '') this.#memberId = answer.memberId;
    checkAnswer(answer.errorCode, `cannot join group ${this.#groupId}`);
    return answer;
  }

  async #sync(joined: Joined): Promise<readonly number[]> {
    const { memberId, generationId } = joined;
    const leads = joined.leader === memberId && !joined.skipAssignment;
    const answer = await this.#cluster.send(
      { coordinatorOf: this.#groupId },
      SyncGroupApi,
      {
        groupId: this.#groupId,
        generationId,
        memberId,
        protocolType: PROTOCOL_TYPE,
        protocolName: ASSIGNOR,
        assignments: leads ? await this.#assignments(joined) : [],
      },
      { timeoutMs: JOIN_TIMEOUT_MS },
    );
    checkAnswer(answer.errorCode, `cannot get an assignment in group ${this.#groupId}`);
    if (answer.assignment.length === 0) return [];
    const { assignedPartitions } = decodeRecord(ConsumerProtocolAssignment, answer.assignment);
    return assignedPartitions
      .filter(({ topic }) => topic === this.#topic)
      .flatMap(({ partitions }) => partitions);
  }

  /** What the leader gives to everybody, whatever topics they subscribe to. */
  async #assignments({ members }: Joined) {
    const subscribers = members.map(({ memberId, metadata }) => ({
      memberId,
      topics: decodeRecord(ConsumerProtocolSubscription, metadata).topics,
    }));
    const names = [...new Set(subscribers.flatMap(({ topics }) => topics))];
    const { topics } = await this.#cluster.metadata(names, () => undefined);
    const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    return [...rangeAssignment(subscribers, counts)].map(([memberId, assignedPartitions]) => ({
      memberId,
      assignment: encodeRecord(ConsumerProtocolAssignment, CONSUMER_PROTOCOL_VERSION, {
        assignedPartitions,
      }),
    }));
  }

  #scheduleHeartbeat(committer: Committer, generation: AbortController): void {
    this.#heartbeat = setTimeout(() => {
      this.#beat(committer).then(
        () => {
          if (this.#memberId === committer.memberId) this.#scheduleHeartbeat(committer, generation);
        },
        () => generation.abort(),
      );
    }, HEARTBEAT_MS);
  }

  /** Throws when the generation is over; a coordinator that is away is looked for at the next beat. */
  async #beat({ memberId, generationId }: Committer): Promise<void> {
    const groupId = this.#groupId;
    try {
      const request = { groupId, memberId, generationId };
      const target = { coordinatorOf: groupId };
      const { errorCode } = await this.#cluster.send(target, HeartbeatApi, request);
      checkAnswer(errorCode, `heartbeat in group ${groupId}`);
    } catch (error) {
      if (!isRetriable(error)) throw error;
      this.#cluster.forgetCoordinators();
    }
  }

  #mayJoinAgain(error: unknown): boolean {
    if (!(error instanceof KafkaError)) return false;
    switch (error.errorName) {
      case 'UNKNOWN_MEMBER_ID':
        this.#memberId = '';
        return true;
      case 'MEMBER_ID_REQUIRED':
      case 'REBALANCE_IN_PROGRESS':
      case 'ILLEGAL_GENERATION':
        return true;
      default:
        return false;
    }
  }
}
