import { LogManager } from '../../app/services/log/log-manager.ts';
import type { UnifiedLog } from '../../app/services/log/unified-log.ts';
import { KafkaError } from '../../domain/kafka-error.ts';
import {
  type BrokerCompressionType,
  type CleanupPolicy,
  DEFAULT_LOG_CONFIG,
  type LogConfig,
} from '../../domain/log/log-config.ts';
import { RecordValidationError } from '../../domain/log/record-error.ts';
import type { TimestampType } from '../../domain/record/record-batch-header.ts';
import { batchesOf } from '../../domain/record/record-batches.ts';
import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import type { LogStore } from '../../ports/log-store.ts';
import type { Logger } from '../../ports/logger.ts';
import { describedBatch } from './described-batch.ts';
import { ManualTime } from './manual-time.ts';
import { checksum, compression } from './scenario-codecs.ts';
import { assertEqual, hex, joined, unhex, type Vector } from './scenario-vectors.ts';

const READ_ALL_BYTES = 1 << 30;
const ORDERS: TopicIdPartition = {
  topicId: 'b3JkZXJzLW9yZGVycy1vcg',
  topic: 'orders',
  partition: 0,
};
const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
};

/** Runs a scenario of Kafka's log on a store and throws where we do otherwise. */
export async function runScenario(vector: Vector, store: LogStore): Promise<void> {
  const time = new ManualTime();
  time.ms = Number(vector.nowMs);
  const manager = await opened(store, time);
  try {
    const log = await manager.create(ORDERS, configOf(vector.topicConfig));
    for (const [i, step] of vector.steps.entries()) await runStep(step, `step ${i}`, log, time);
    await checkEnd(vector, log);
  } finally {
    await manager.close();
  }
}

/** As above, with a stop and a start before each step: nothing may be forgotten. */
export async function runScenarioReopening(vector: Vector, open: () => LogStore): Promise<void> {
  const time = new ManualTime();
  time.ms = Number(vector.nowMs);
  const config = configOf(vector.topicConfig);
  let manager = await opened(open(), time);
  await manager.create(ORDERS, config);
  for (const [i, step] of vector.steps.entries()) {
    await manager.close();
    manager = await opened(open(), time);
    const log = manager.get(ORDERS.topicId, ORDERS.partition) as UnifiedLog;
    log.updateConfig(config);
    await runStep(step, `step ${i}`, log, time);
  }
  await checkEnd(vector, manager.get(ORDERS.topicId, ORDERS.partition) as UnifiedLog);
  await manager.close();
}

async function opened(store: LogStore, time: ManualTime): Promise<LogManager> {
  const tools = { clock: time, timer: time, checksum, compression, logger: silent };
  const manager = new LogManager({ store, ...tools });
  await manager.open();
  return manager;
}

async function runStep(step: Vector, what: string, log: UnifiedLog, time: ManualTime) {
  if (step.op === 'advance') {
    time.advance(Number(step.ms));
    return;
  }
  const { expected, actual } = await answersOf(step, log);
  const shown = `${what} ${step.op}`;
  assertEqual(JSON.stringify(actual, null, 1), JSON.stringify(expected, null, 1), shown);
}

async function answersOf(step: Vector, log: UnifiedLog) {
  switch (step.op) {
    case 'append':
      return { expected: expectedAppend(step.result), actual: await append(step, log) };
    case 'read':
      return readAnswers(step, log);
    case 'listOffsets':
      return { expected: step.result, actual: await listOffsets(step, log) };
    case 'offsetForLeaderEpoch':
      return { expected: step.result, actual: endOffset(step, log) };
    default:
      throw new Error(`no step is called ${step.op}`);
  }
}

function expectedAppend(result: Vector): Vector {
  const { error, baseOffset, lastOffset, logAppendTime, logEndOffset, lastStableOffset } = result;
  if (error === 'NONE') {
    return { error, baseOffset, lastOffset, logAppendTime, logEndOffset, lastStableOffset };
  }
  const refused = result.recordErrors?.map((record: Vector) => record.batchIndex) ?? [];
  return { error, refused };
}

async function append(step: Vector, log: UnifiedLog): Promise<Vector> {
  const logEndOffset = log.logEndOffset;
  try {
    const info = log.append(unhex(step.hex), {
      origin: step.origin === 'COORDINATOR' ? 'coordinator' : 'client',
      leaderEpoch: step.leaderEpoch,
      transactionVersion: step.transactionVersion ?? 2,
    });
    await info.committed;
    return {
      error: 'NONE',
      baseOffset: String(info.baseOffset),
      lastOffset: String(info.lastOffset),
      logAppendTime: String(info.logAppendTimeMs),
      logEndOffset: String(log.logEndOffset),
      lastStableOffset: String(log.lastStableOffset),
    };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    assertEqual(log.logEndOffset, logEndOffset, 'log end offset after an error');
    const recordErrors = error instanceof RecordValidationError ? error.recordErrors : [];
    return { error: error.errorName, refused: recordErrors.map(({ batchIndex }) => batchIndex) };
  }
}

/** Kafka's answer may be cut inside a batch; ours is its whole batches. */
async function readAnswers(step: Vector, log: UnifiedLog) {
  try {
    const data = await log.read(BigInt(step.offset), {
      maxBytes: step.maxBytes,
      minOneMessage: step.minOneMessage,
      isolation: step.isolation === 'TXN_COMMITTED' ? 'read_committed' : 'read_uncommitted',
    });
    const aborted = data.abortedTransactions?.map(({ producerId, firstOffset }) => ({
      producerId: String(producerId),
      firstOffset: String(firstOffset),
    }));
    const actual = { hex: hex(joined(data.slices)), abortedTransactions: aborted };
    data.release();
    const whole = wholeBatches(step.result.hex ?? '');
    return {
      expected: { hex: whole, abortedTransactions: step.result.abortedTransactions },
      actual,
    };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { expected: { error: step.result.error }, actual: { error: error.errorName } };
  }
}

function wholeBatches(text: string): string {
  const slices = [...batchesOf(unhex(text))].map(({ bytes }) => bytes);
  return hex(joined(slices));
}

async function listOffsets(step: Vector, log: UnifiedLog): Promise<Vector> {
  const found = await log.fetchOffsetByTimestamp(BigInt(step.timestamp), 'read_uncommitted');
  if (found === undefined) return { found: false };
  return {
    found: true,
    offset: String(found.offset),
    timestamp: String(found.timestampMs),
    leaderEpoch: found.leaderEpoch,
  };
}

function endOffset(step: Vector, log: UnifiedLog): Vector {
  const { leaderEpoch, endOffset } = log.endOffsetForEpoch(step.leaderEpoch);
  return leaderEpoch < 0 ? {} : { leaderEpoch, endOffset: String(endOffset) };
}

async function checkEnd(vector: Vector, log: UnifiedLog): Promise<void> {
  assertEqual(String(log.logEndOffset), vector.logEndOffset, 'log end offset');
  assertEqual(String(log.lastStableOffset), vector.lastStableOffset, 'last stable offset');
  const producers = log.activeProducers().map((producer) => ({
    producerId: String(producer.producerId),
    producerEpoch: producer.producerEpoch,
    lastSequence: producer.lastSequence,
    lastTimestamp: String(producer.lastTimestampMs),
    coordinatorEpoch: producer.coordinatorEpoch,
    currentTxnStartOffset: String(producer.currentTxnStartOffset),
  }));
  const sorted = producers.sort((a, b) => Number(a.producerId) - Number(b.producerId));
  assertEqual(JSON.stringify(sorted), JSON.stringify(vector.activeProducers), 'producers');
  const data = await log.read(0n, {
    maxBytes: READ_ALL_BYTES,
    minOneMessage: true,
    isolation: 'log_end',
  });
  checkBytes(vector, joined(data.slices));
  data.release();
}

/** Where batches were compressed anew, the bytes are the codec library's own affair. */
function checkBytes(vector: Vector, bytes: Uint8Array): void {
  const recompressed = (vector.topicConfig['compression.type'] ?? 'producer') !== 'producer';
  if (!recompressed) {
    assertEqual(hex(bytes), vector.finalHex, 'bytes of the log');
    return;
  }
  const actual = [...batchesOf(bytes)].map((slice) => describedBatch(slice.bytes));
  const expected = vector.finalBatches.map(
    ({ sizeInBytes: _size, checksum: _checksum, ...batch }: Vector) => batch,
  );
  assertEqual(JSON.stringify(actual, null, 1), JSON.stringify(expected, null, 1), 'batches');
}

function configOf(configs: Readonly<Record<string, string>>): LogConfig {
  const {
    'message.timestamp.type': timestampType = 'CreateTime',
    'compression.type': compressionType = 'producer',
    'cleanup.policy': cleanupPolicy = 'delete',
    'max.message.bytes': maxMessageBytes = DEFAULT_LOG_CONFIG.maxMessageBytes,
    'message.timestamp.before.max.ms': beforeMaxMs = DEFAULT_LOG_CONFIG.messageTimestampBeforeMaxMs,
    'message.timestamp.after.max.ms': afterMaxMs = DEFAULT_LOG_CONFIG.messageTimestampAfterMaxMs,
    ...others
  } = configs;
  assertEqual(Object.keys(others).join(), '', 'configs not known here');
  return {
    ...DEFAULT_LOG_CONFIG,
    messageTimestampType: timestampType as TimestampType,
    compressionType: compressionType as BrokerCompressionType,
    cleanupPolicy: cleanupPolicy.split(',') as CleanupPolicy[],
    maxMessageBytes: Number(maxMessageBytes),
    messageTimestampBeforeMaxMs: Number(beforeMaxMs),
    messageTimestampAfterMaxMs: Number(afterMaxMs),
  };
}
