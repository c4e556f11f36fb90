import type {
  CoordinatorContext,
  CoordinatorRecord,
} from '../../../src/domain/coordinator/coordinator-shard.ts';
import type { ClassicGroup } from '../../../src/domain/group/classic/classic-group.ts';
import type {
  JoinGroupAnswer,
  JoinGroupCommand,
  LeaveGroupAnswer,
  LeaveGroupCommand,
  SyncGroupAnswer,
} from '../../../src/domain/group/classic/classic-messages.ts';
import {
  DEFAULT_GROUP_CONFIG,
  DEFAULT_GROUP_TIMINGS,
  DEFAULT_STREAMS_GROUP_OPTIONS,
  type GroupConfig,
  type GroupTimings,
  type StreamsGroupOptions,
} from '../../../src/domain/group/group-config.ts';
import type { GroupMetadata } from '../../../src/domain/group/group-environment.ts';
import { GroupShard } from '../../../src/domain/group/group-shard.ts';
import type { OffsetCommitCommand } from '../../../src/domain/group/offsets/offset-messages.ts';
import type { KafkaError } from '../../../src/domain/kafka-error.ts';
import { emptyClusterMetadata } from '../../../src/domain/topic/cluster-metadata.ts';

interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

export const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

/** A shard whose time and storage are moved by hand. */
export class GroupHarness implements CoordinatorContext {
  readonly shard: GroupShard;
  readonly stored: CoordinatorRecord[] = [];
  image: GroupMetadata = emptyClusterMetadata('cluster');
  timings: GroupTimings = DEFAULT_GROUP_TIMINGS;
  streamsOptions: StreamsGroupOptions = DEFAULT_STREAMS_GROUP_OPTIONS;
  now = 1_000_000;
  private readonly timers = new Map<string, Scheduled>();
  private readonly appends: {
    records: readonly CoordinatorRecord[];
    stored: (error: KafkaError | undefined) => void;
  }[] = [];
  private order = 0;
  private ids = 0;

  constructor(config: Partial<GroupConfig> = {}) {
    this.shard = new GroupShard({
      context: this,
      config: { ...DEFAULT_GROUP_CONFIG, ...config },
      image: () => this.image,
      timings: () => this.timings,
      streamsOptions: () => this.streamsOptions,
    });
  }

  nowMs = () => this.now;
  uuid = () => `id${++this.ids}`;

  append(
    records: readonly CoordinatorRecord[],
    stored: (error: KafkaError | undefined) => void,
  ): void {
    this.appends.push({ records, stored });
  }

  schedule(key: string, delayMs: number, fire: () => void): void {
    this.timers.set(key, { atMs: this.now + delayMs, order: this.order++, fire });
  }

  cancel(key: string): void {
    this.timers.delete(key);
  }

  /** Stores what was appended, or fails to. */
  settle(error?: KafkaError): void {
    for (let append = this.appends.shift(); append !== undefined; append = this.appends.shift()) {
      if (error === undefined) {
        for (const record of append.records) {
          this.stored.push(record);
          this.shard.replay(record, 'committed');
        }
      }
      append.stored(error);
    }
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.timers]
        .filter(([, { atMs }]) => atMs <= end)
        .sort(([, a], [, b]) => a.atMs - b.atMs || a.order - b.order);
      if (next === undefined) break;
      const [key, timer] = next;
      this.now = Math.max(this.now, timer.atMs);
      this.timers.delete(key);
      timer.fire();
      this.settle();
    }
    this.now = end;
  }

  join(change: Partial<JoinGroupCommand> = {}): { answer: JoinGroupAnswer | undefined } {
    const waiting: { answer: JoinGroupAnswer | undefined } = { answer: undefined };
    const command: JoinGroupCommand = {
      groupId: 'g',
      memberId: '',
      groupInstanceId: null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: bytes(1) }],
      requireKnownMemberId: false,
      supportsSkippingAssignment: true,
      ...change,
    };
    this.shard.joinGroup(command, (answer) => {
      waiting.answer = answer;
    });
    return waiting;
  }

  sync(
    joined: JoinGroupAnswer,
    assignments: readonly { memberId: string; assignment: Uint8Array }[] = [],
    groupInstanceId: string | null = null,
  ): { answer: SyncGroupAnswer | undefined } {
    const waiting: { answer: SyncGroupAnswer | undefined } = { answer: undefined };
    const { generationId, memberId, protocolType, protocolName } = joined;
    this.shard.syncGroup(
      {
        groupId: 'g',
        generationId,
        memberId,
        groupInstanceId,
        protocolType,
        protocolName,
        assignments,
      },
      (answer) => {
        waiting.answer = answer;
      },
    );
    return waiting;
  }

  commit(change: Partial<OffsetCommitCommand> = {}): { errors: readonly string[] | undefined } {
    const waiting: { errors: readonly string[] | undefined } = { errors: undefined };
    const command: OffsetCommitCommand = {
      groupId: 'g',
      generationId: -1,
      memberId: '',
      groupInstanceId: null,
      retentionTimeMs: -1n,
      supportsConsumerGroups: true,
      partitions: [commitOf('t', 0, 5n)],
      ...change,
    };
    this.shard.commitOffsets(command, (errors) => {
      waiting.errors = errors;
    });
    return waiting;
  }

  /** Of a classic group, which answers at once. */
  leave(command: LeaveGroupCommand): LeaveGroupAnswer {
    let left: LeaveGroupAnswer | undefined;
    this.shard.leaveGroup(command, (answer) => {
      left = answer;
    });
    return left as unknown as LeaveGroupAnswer;
  }

  get group(): ClassicGroup | undefined {
    return this.shard.groups.get('g') as ClassicGroup | undefined;
  }

  /** Waits for as long as the coordinator lets the joining members wait, and no longer. */
  joinPhase(waiting: readonly { readonly answer: unknown }[]): void {
    for (let i = 0; i < 600 && waiting.some(({ answer }) => answer === undefined); i++) {
      this.advance(100);
    }
  }

  /** A stable group of so many dynamic members; the first leads. */
  stableGroup(size: number, change: Partial<JoinGroupCommand> = {}): JoinGroupAnswer[] {
    const waiting = Array.from({ length: size }, () => this.join(change));
    this.joinPhase(waiting);
    const joined = waiting.map(({ answer }) => answer as JoinGroupAnswer);
    const assignments = joined.map(({ memberId }, i) => ({ memberId, assignment: bytes(i) }));
    for (const answer of joined) {
      this.sync(answer, answer.leader === answer.memberId ? assignments : []);
    }
    this.settle();
    return joined;
  }

  /** Another shard, made from the records alone. */
  replayed(): GroupHarness {
    const other = new GroupHarness();
    for (const record of this.stored) other.shard.replay(record, 'loading');
    other.now = this.now;
    return other;
  }
}

export function commitOf(topic: string, partition: number, offset: bigint, metadata = 'm') {
  return { topic, topicId: undefined, partition, offset, leaderEpoch: 3, metadata };
}
