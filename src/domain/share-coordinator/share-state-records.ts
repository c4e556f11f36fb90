import type { CoordinatorRecord } from '../coordinator/coordinator-shard.ts';
import {
  decodeRecord,
  decodeRecordKey,
  encodeRecord,
  encodeRecordKey,
  leadingInt16,
} from '../protocol/record-codec.ts';
import {
  ShareSnapshotKey,
  ShareSnapshotValue,
  ShareUpdateKey,
  ShareUpdateValue,
} from '../protocol/records/share-coordinator.ts';
import { RECORD_STATES, recordStateOf } from '../share/record-state.ts';
import type { StateBatch } from '../share/state-batch.ts';
import type { ShareGroupState, ShareStateUpdate } from './share-group-state.ts';
import type { SharePartitionKey } from './share-partition-key.ts';

const VERSION = 0;

/** The whole state; without one, the share-partition is forgotten. */
export function snapshotRecord(
  key: SharePartitionKey,
  state: ShareGroupState | undefined,
): CoordinatorRecord {
  const { groupId, topicId, partition } = key;
  const encodedKey = encodeRecordKey(ShareSnapshotKey, { groupId, topicId, partition });
  if (state === undefined) return { key: encodedKey, value: null };
  const value = encodeRecord(ShareSnapshotValue, VERSION, {
    snapshotEpoch: state.snapshotEpoch,
    stateEpoch: state.stateEpoch,
    leaderEpoch: state.leaderEpoch,
    startOffset: state.startOffset,
    deliveryCompleteCount: state.deliveryCompleteCount,
    createTimestamp: state.createTimestampMs,
    writeTimestamp: state.writeTimestampMs,
    stateBatches: state.stateBatches.map(encodedBatch),
  });
  return { key: encodedKey, value };
}

export function updateRecord(key: SharePartitionKey, update: ShareStateUpdate): CoordinatorRecord {
  const { groupId, topicId, partition } = key;
  return {
    key: encodeRecordKey(ShareUpdateKey, { groupId, topicId, partition }),
    value: encodeRecord(ShareUpdateValue, VERSION, {
      snapshotEpoch: update.snapshotEpoch,
      leaderEpoch: update.leaderEpoch,
      startOffset: update.startOffset,
      deliveryCompleteCount: update.deliveryCompleteCount,
      stateBatches: update.stateBatches.map(encodedBatch),
    }),
  };
}

export type ShareStateRecord =
  | { readonly kind: 'snapshot'; readonly key: SharePartitionKey; readonly state: ShareGroupState }
  | { readonly kind: 'tombstone'; readonly key: SharePartitionKey }
  | { readonly kind: 'update'; readonly key: SharePartitionKey; readonly update: ShareStateUpdate };

/** Undefined for records that are of no kind known here. */
export function decodeShareStateRecord(record: CoordinatorRecord): ShareStateRecord | undefined {
  switch (leadingInt16(record.key)) {
    case ShareSnapshotKey.recordType: {
      const key = decodeRecordKey(ShareSnapshotKey, record.key);
      if (record.value === null) return { kind: 'tombstone', key };
      const value = decodeRecord(ShareSnapshotValue, record.value);
      const { createTimestamp, writeTimestamp, stateBatches, ...rest } = value;
      const state = {
        ...rest,
        createTimestampMs: createTimestamp,
        writeTimestampMs: writeTimestamp,
        stateBatches: stateBatches.map(decodedBatch),
      };
      return { kind: 'snapshot', key, state };
    }
    case ShareUpdateKey.recordType: {
      if (record.value === null) return undefined;
      const key = decodeRecordKey(ShareUpdateKey, record.key);
      const value = decodeRecord(ShareUpdateValue, record.value);
      const update = { ...value, stateBatches: value.stateBatches.map(decodedBatch) };
      return { kind: 'update', key, update };
    }
    default:
      return undefined;
  }
}

interface EncodedBatch {
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

function encodedBatch(batch: StateBatch): EncodedBatch {
  const { firstOffset, lastOffset, state, deliveryCount } = batch;
  return { firstOffset, lastOffset, deliveryState: RECORD_STATES[state], deliveryCount };
}

function decodedBatch(batch: EncodedBatch): StateBatch {
  const { firstOffset, lastOffset, deliveryState, deliveryCount } = batch;
  return { firstOffset, lastOffset, state: recordStateOf(deliveryState), deliveryCount };
}
