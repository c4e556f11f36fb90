import { crc32c } from '../record/crc32c.ts';
import { viewOf } from '../record/record-batch-header.ts';
import type { Offset } from '../topic-partition.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { LogState } from './log-state.ts';
import { ProducerStateEntry } from './producer-state-entry.ts';

const VERSION = 1;
const CRC_BYTES = 4;
const NONE = -1n;

export interface LogSnapshot {
  /** The state is that after all batches below this offset. */
  readonly offset: Offset;
  readonly state: LogState;
}

/** A log's state as bytes, with a CRC at the end; unlike Kafka's with all batches of a producer. */
export function encodeLogSnapshot({ offset, state }: LogSnapshot): Uint8Array {
  const writer = new WireWriter();
  writer.writeInt16(VERSION);
  writer.writeInt64(offset);
  writer.writeInt32(state.leaderEpochs.entries.length);
  for (const { epoch, startOffset } of state.leaderEpochs.entries) {
    writer.writeInt32(epoch);
    writer.writeInt64(startOffset);
  }
  writer.writeInt32(state.producers.producerCount);
  for (const entry of state.producers.producers) writeProducer(writer, entry);
  writer.writeInt32(state.producers.aborted.entries.length);
  for (const aborted of state.producers.aborted.entries) {
    writer.writeInt64(aborted.producerId);
    writer.writeInt64(aborted.firstOffset);
    writer.writeInt64(aborted.lastOffset);
    writer.writeInt64(aborted.lastStableOffset);
  }
  writer.writeUint32(0);
  const bytes = writer.toUint8Array();
  const end = bytes.length - CRC_BYTES;
  viewOf(bytes).setUint32(end, crc32c(bytes, 0, end));
  return bytes;
}

/** Undefined for bytes that are damaged or of another version: the log is replayed instead. */
export function decodeLogSnapshot(bytes: Uint8Array): LogSnapshot | undefined {
  const end = bytes.length - CRC_BYTES;
  if (end < 0 || viewOf(bytes).getUint32(end) !== crc32c(bytes, 0, end)) return undefined;
  const reader = new WireReader(bytes, 0, end);
  if (reader.readInt16() !== VERSION) return undefined;
  const offset = reader.readInt64();
  const state = new LogState();
  for (let left = reader.readInt32(); left > 0; left--) {
    state.leaderEpochs.assign(reader.readInt32(), reader.readInt64());
  }
  const producers: ProducerStateEntry[] = [];
  for (let left = reader.readInt32(); left > 0; left--) producers.push(readProducer(reader));
  for (const entry of producers.sort(byOpenTransaction)) state.producers.restore(entry);
  for (let left = reader.readInt32(); left > 0; left--) {
    state.producers.aborted.add({
      producerId: reader.readInt64(),
      firstOffset: reader.readInt64(),
      lastOffset: reader.readInt64(),
      lastStableOffset: reader.readInt64(),
    });
  }
  return { offset, state };
}

function writeProducer(writer: WireWriter, entry: ProducerStateEntry): void {
  writer.writeInt64(entry.producerId);
  writer.writeInt16(entry.producerEpoch);
  writer.writeInt32(entry.coordinatorEpoch);
  writer.writeInt64(entry.lastTimestampMs);
  writer.writeInt64(entry.currentTxnFirstOffset ?? NONE);
  writer.writeInt8(entry.batches.length);
  for (const batch of entry.batches) {
    writer.writeInt32(batch.firstSequence);
    writer.writeInt32(batch.lastSequence);
    writer.writeInt64(batch.firstOffset);
    writer.writeInt64(batch.lastOffset);
    writer.writeInt64(batch.timestampMs);
  }
}

function readProducer(reader: WireReader): ProducerStateEntry {
  const entry = new ProducerStateEntry(reader.readInt64());
  entry.producerEpoch = reader.readInt16();
  entry.coordinatorEpoch = reader.readInt32();
  entry.lastTimestampMs = reader.readInt64();
  const firstOffset = reader.readInt64();
  if (firstOffset !== NONE) entry.currentTxnFirstOffset = firstOffset;
  for (let left = reader.readInt8(); left > 0; left--) {
    entry.batches.push({
      firstSequence: reader.readInt32(),
      lastSequence: reader.readInt32(),
      firstOffset: reader.readInt64(),
      lastOffset: reader.readInt64(),
      timestampMs: reader.readInt64(),
    });
  }
  return entry;
}

function byOpenTransaction(a: ProducerStateEntry, b: ProducerStateEntry): number {
  const first = a.currentTxnFirstOffset ?? NONE;
  const second = b.currentTxnFirstOffset ?? NONE;
  return first < second ? -1 : Number(first > second);
}
