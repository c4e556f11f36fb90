import type {
  CoordinatorContext,
  CoordinatorRecord,
  CoordinatorShard,
  Reply,
} from '../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../error-code.ts';
import { combineStateBatches } from '../share/state-batch.ts';
import type { Offset, TopicId } from '../topic-partition.ts';
import type { ShareCoordinatorConfig } from './share-coordinator-config.ts';
import {
  type ShareGroupState,
  type ShareStateUpdate,
  stateOfUpdate,
  UNINITIALIZED_START_OFFSET,
  UNKNOWN_DELIVERY_COMPLETE_COUNT,
  withUpdate,
} from './share-group-state.ts';
import { type SharePartitionKey, sharePartitionName } from './share-partition-key.ts';
import type {
  InitializeStateCommand,
  ReadStateAnswer,
  StateAnswer,
  StateSummaryAnswer,
  WriteStateCommand,
} from './share-state-messages.ts';
import { decodeShareStateRecord, snapshotRecord, updateRecord } from './share-state-records.ts';
import { StateWrites } from './state-writes.ts';

const NONE: StateAnswer = { error: 'NONE', message: null };

interface Kept {
  readonly key: SharePartitionKey;
  readonly state: ShareGroupState;
  /** Where its last snapshot is in the log: what is before is of no use to it. */
  readonly snapshotOffset: Offset;
  /** Updates since the last snapshot. */
  readonly updates: number;
}

/**
 * The share-partitions of one partition of `__share_group_state` (Kafka's ShareCoordinatorShard). A state is stored as
 * a snapshot now and then, and as updates in between.
 */
export class ShareCoordinatorShard implements CoordinatorShard {
  private readonly context: CoordinatorContext;
  private readonly config: ShareCoordinatorConfig;
  private readonly partitionExists: (topicId: TopicId, partition: number) => boolean;
  private readonly states = new Map<string, Kept>();
  private readonly writes: StateWrites;
  private lastOffset: Offset = -1n;

  constructor(
    context: CoordinatorContext,
    config: ShareCoordinatorConfig,
    partitionExists: (topicId: TopicId, partition: number) => boolean,
  ) {
    this.context = context;
    this.config = config;
    this.partitionExists = partitionExists;
    this.writes = new StateWrites(context);
  }

  /** A group begins to read the partition, or its start offset is set by hand. */
  initialize(
    key: SharePartitionKey,
    command: InitializeStateCommand,
    reply: Reply<StateAnswer>,
  ): void {
    const prepare = () => {
      const { stateEpoch, startOffset } = command;
      const state = this.stateOf(key);
      if (state !== undefined && state.stateEpoch > stateEpoch) {
        return refused('FENCED_STATE_EPOCH');
      }
      if (!this.exists(key)) return refused('UNKNOWN_TOPIC_OR_PARTITION');
      const nowMs = BigInt(this.context.nowMs());
      const isUninitialized = startOffset === UNINITIALIZED_START_OFFSET;
      return snapshotRecord(key, {
        snapshotEpoch: state === undefined ? 0 : state.snapshotEpoch + 1,
        stateEpoch,
        leaderEpoch: 0,
        startOffset,
        deliveryCompleteCount: isUninitialized ? UNKNOWN_DELIVERY_COMPLETE_COUNT : 0,
        createTimestampMs: nowMs,
        writeTimestampMs: nowMs,
        stateBatches: [],
      });
    };
    this.writes.add(sharePartitionName(key), { prepare, reply });
  }

  /** Changes the delivery states. Several that wait for the same share-partition become one record. */
  write(key: SharePartitionKey, command: WriteStateCommand, reply: Reply<StateAnswer>): void {
    const refuse = () => this.refusalOfWrite(key, command);
    const prepare = (commands: readonly WriteStateCommand[]) =>
      this.changeRecord(key, commands, undefined);
    this.writes.addChange(sharePartitionName(key), { command, refuse, prepare, reply });
  }

  private refusalOfWrite(
    key: SharePartitionKey,
    { leaderEpoch, stateEpoch }: WriteStateCommand,
  ): StateAnswer | undefined {
    const state = this.stateOf(key);
    if (state === undefined) {
      return refused('INVALID_REQUEST', 'The share-partition was not initialized.');
    }
    if (state.leaderEpoch > leaderEpoch) return refused('FENCED_LEADER_EPOCH');
    if (state.stateEpoch > stateEpoch) return refused('FENCED_STATE_EPOCH');
    return this.exists(key) ? undefined : refused('UNKNOWN_TOPIC_OR_PARTITION');
  }

  /** Reads the state for the leader of the partition, and fences the leaders before it. */
  read(key: SharePartitionKey, leaderEpoch: number, reply: Reply<ReadStateAnswer>): void {
    const prepare = () => {
      const state = this.stateOf(key);
      if (state === undefined) {
        return refused('INVALID_REQUEST', 'The share-partition was not initialized.');
      }
      if (state.leaderEpoch > leaderEpoch) return refused('FENCED_LEADER_EPOCH');
      if (!this.exists(key)) return refused('UNKNOWN_TOPIC_OR_PARTITION');
      if (state.leaderEpoch === leaderEpoch) return NONE;
      const { stateEpoch, startOffset, deliveryCompleteCount } = state;
      const change = { stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount };
      return this.changeRecord(key, [{ ...change, stateBatches: [] }], leaderEpoch);
    };
    this.writes.add(sharePartitionName(key), {
      prepare,
      reply: (answer) => {
        const state = answer.error === 'NONE' ? this.stateOf(key) : undefined;
        reply({ ...answer, state });
      },
    });
  }

  summary(key: SharePartitionKey): StateSummaryAnswer {
    const nothing = { stateEpoch: 0, leaderEpoch: 0, startOffset: -1n, deliveryCompleteCount: -1 };
    if (!this.exists(key)) return { ...refused('UNKNOWN_TOPIC_OR_PARTITION'), ...nothing };
    const { stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount } =
      this.stateOf(key) ?? nothing;
    return { ...NONE, stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount };
  }

  delete(key: SharePartitionKey, reply: Reply<StateAnswer>): void {
    const prepare = () => (this.stateOf(key) === undefined ? NONE : snapshotRecord(key, undefined));
    this.writes.add(sharePartitionName(key), { prepare, reply });
  }

  /** What groups knew of topics that are gone is of no use to anyone. */
  onTopicsDeleted(topicIds: ReadonlySet<TopicId>): void {
    for (const { key } of [...this.states.values()]) {
      if (topicIds.has(key.topicId)) this.delete(key, () => {});
    }
  }

  /** Records before this offset say nothing that later ones do not say. */
  get redundantBefore(): Offset {
    let offset = this.lastOffset;
    for (const { snapshotOffset } of this.states.values()) {
      if (snapshotOffset < offset) offset = snapshotOffset;
    }
    return offset;
  }

  private stateOf(key: SharePartitionKey): ShareGroupState | undefined {
    return this.states.get(sharePartitionName(key))?.state;
  }

  private exists({ topicId, partition }: SharePartitionKey): boolean {
    return this.partitionExists(topicId, partition);
  }

  /** An update, or a snapshot where there were enough updates (Kafka's generateShareStateRecord). */
  private changeRecord(
    key: SharePartitionKey,
    commands: readonly WriteStateCommand[],
    leaderEpoch: number | undefined,
  ): CoordinatorRecord {
    const { state, updates } = this.states.get(sharePartitionName(key)) as Kept;
    let { startOffset, deliveryCompleteCount } = state;
    for (const command of commands) {
      if (command.startOffset > startOffset) {
        ({ startOffset, deliveryCompleteCount } = command);
      } else if (command.startOffset === startOffset) {
        deliveryCompleteCount = Math.max(deliveryCompleteCount, command.deliveryCompleteCount);
      }
    }
    const changes = commands.flatMap(({ stateBatches }) => stateBatches);
    const update: ShareStateUpdate = {
      snapshotEpoch: state.snapshotEpoch,
      leaderEpoch: leaderEpoch ?? state.leaderEpoch,
      startOffset,
      deliveryCompleteCount,
      stateBatches: combineStateBatches([], changes, startOffset),
    };
    if (updates < this.config.updatesPerSnapshot) return updateRecord(key, update);
    return this.nextSnapshot(key, withUpdate(state, update));
  }

  private nextSnapshot(key: SharePartitionKey, state: ShareGroupState): CoordinatorRecord {
    const nowMs = BigInt(this.context.nowMs());
    return snapshotRecord(key, {
      ...state,
      snapshotEpoch: state.snapshotEpoch + 1,
      createTimestampMs: nowMs,
      writeTimestampMs: nowMs,
    });
  }

  /** Share-partitions that are rarely written would keep the log from being pruned: their snapshots are written anew. */
  private snapshotCold(): void {
    const { coldSnapshotIntervalMs } = this.config;
    const nowMs = this.context.nowMs();
    for (const { key, state, snapshotOffset, updates } of [...this.states.values()]) {
      const isNewest = snapshotOffset === this.lastOffset && updates === 0;
      if (isNewest || nowMs - Number(state.writeTimestampMs) < coldSnapshotIntervalMs) continue;
      const prepare = () => {
        const current = this.stateOf(key);
        if (current === undefined) return NONE;
        const { snapshotEpoch } = current;
        const writeTimestampMs = BigInt(this.context.nowMs());
        return snapshotRecord(key, {
          ...current,
          snapshotEpoch: snapshotEpoch + 1,
          writeTimestampMs,
        });
      };
      this.writes.add(sharePartitionName(key), { prepare, reply: () => {} });
    }
    this.scheduleColdSnapshots();
  }

  private scheduleColdSnapshots(): void {
    const { coldSnapshotIntervalMs } = this.config;
    this.context.schedule('cold snapshots', coldSnapshotIntervalMs, () => this.snapshotCold());
  }

  replay(
    record: CoordinatorRecord,
    _phase: 'loading' | 'committed',
    _producerId: bigint | undefined,
    offset: Offset,
  ): void {
    this.lastOffset = offset;
    const decoded = decodeShareStateRecord(record);
    if (decoded === undefined) return;
    const { key } = decoded;
    const name = sharePartitionName(key);
    switch (decoded.kind) {
      case 'tombstone':
        this.states.delete(name);
        break;
      case 'snapshot':
        this.states.set(name, { key, state: decoded.state, snapshotOffset: offset, updates: 0 });
        break;
      case 'update': {
        const kept = this.states.get(name);
        const state =
          kept === undefined
            ? stateOfUpdate(decoded.update)
            : withUpdate(kept.state, decoded.update);
        const { snapshotOffset, updates } = kept ?? { snapshotOffset: offset, updates: 0 };
        this.states.set(name, { key, state, snapshotOffset, updates: updates + 1 });
        break;
      }
    }
  }

  replayEndOfTransaction(): void {
    // Nothing of this topic is part of a transaction.
  }

  loaded(): void {
    this.scheduleColdSnapshots();
  }

  unloaded(): void {
    this.states.clear();
  }
}

function refused(error: ErrorName, message: string | null = null): StateAnswer {
  return { error, message };
}
