import { NativeChecksum } from '../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../src/adapters/compression/node-compression.ts';
import { KafkaError } from '../../src/domain/kafka-error.ts';
import { stampBatch } from '../../src/domain/record/batch-stamp.ts';
import { validateRecordBatch } from '../../src/domain/record/batch-validation.ts';
import { viewOf } from '../../src/domain/record/record-batch-header.ts';
import { assertEqual, hex, unhex, type Vector, type VectorChecker } from './vector-checker.ts';

const compression = new NodeCompression();
const checksum = new NativeChecksum();

/** The clock of the broker the vectors come from is near their timestamps. */
const NOW_MS = 1_700_000_000_000n;

/** Kafka's defaults of `message.timestamp.before.max.ms` and `message.timestamp.after.max.ms`. */
const BEFORE_MAX_MS = 0x7fffffffffffffffn;
const AFTER_MAX_MS = 3_600_000n;

export function recognises(vector: Vector): boolean {
  return typeof vector.hex === 'string' && 'ours' in vector && 'ensureValid' in vector;
}

/** The text of the first difference, or undefined. */
export function check(vector: Vector): string | undefined {
  try {
    checkVector(vector);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const checkers: readonly VectorChecker[] = [
  { form: 'corrupt batches', recognises, check: checkVector },
];

function checkVector(vector: Vector): void {
  const outcome = append(unhex(vector.hex));
  if (vector.ours.outcome === 'accept') {
    assertEqual(outcome.error, undefined, `${vector.id}: ${outcome.message}`);
    assertEqual(outcome.appendedHex, vector.appendedHex, `${vector.id} as stored`);
  } else if (!vector.ours.errors.includes(outcome.error)) {
    throw new Error(`${vector.id}: got ${outcome.error}, expected ${vector.ours.errors}`);
  }
}

function append(bytes: Uint8Array): { error?: string; message?: string; appendedHex?: string } {
  try {
    const { maxTimestampMs } = validateRecordBatch(bytes, {
      checksum,
      compression,
      timestampBounds: { nowMs: NOW_MS, beforeMaxMs: BEFORE_MAX_MS, afterMaxMs: AFTER_MAX_MS },
    });
    const timestampType = 'CreateTime';
    const stamp = {
      baseOffset: 0n,
      partitionLeaderEpoch: 4,
      timestampType,
      maxTimestampMs,
    } as const;
    stampBatch(bytes, viewOf(bytes), 0, stamp, checksum);
    return { appendedHex: hex(bytes) };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { error: error.errorName, message: error.message };
  }
}
