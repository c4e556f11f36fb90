import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  decodeRecord,
  encodeRecord,
  leadingInt16,
} from '../../src/domain/protocol/index.ts';
import { assertEqual, hex, unhex, type Vector, type VectorChecker } from './vector-checker.ts';

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: number[];
}

interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

function group(flat: readonly TopicPartition[]): TopicPartitions[] {
  const topics: TopicPartitions[] = [];
  for (const { topic, partition } of flat) {
    const last = topics.at(-1);
    if (last?.topic === topic) last.partitions.push(partition);
    else topics.push({ topic, partitions: [partition] });
  }
  return topics;
}

function flatten(topics: readonly TopicPartitions[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64');
}

function unbase64(text: string | null): Uint8Array | null {
  return text === null ? null : new Uint8Array(Buffer.from(text, 'base64'));
}

function assertSame(actual: unknown, expected: unknown, what: string): void {
  assertEqual(JSON.stringify(actual), JSON.stringify(expected), what);
}

function checkSubscription(vector: Vector): void {
  const bytes = unhex(vector.hex);
  assertEqual(leadingInt16(bytes), vector.version, 'version');
  const value = decodeRecord(ConsumerProtocolSubscription, bytes);
  assertSame(value.topics, vector.topics, 'topics');
  assertSame(base64(value.userData), vector.userData, 'userData');
  assertSame(flatten(value.ownedPartitions), vector.ownedPartitions, 'ownedPartitions');
  assertSame(value.generationId, vector.generationId, 'generationId');
  assertSame(value.rackId, vector.rackId, 'rackId');
  const encoded = encodeRecord(ConsumerProtocolSubscription, vector.version, {
    topics: vector.topics,
    userData: unbase64(vector.userData),
    ownedPartitions: group(vector.ownedPartitions),
    generationId: vector.generationId,
    rackId: vector.rackId,
  });
  assertEqual(hex(encoded), vector.hex, 'encoded');
}

function checkAssignment(vector: Vector): void {
  const bytes = unhex(vector.hex);
  assertEqual(leadingInt16(bytes), vector.version, 'version');
  const value = decodeRecord(ConsumerProtocolAssignment, bytes);
  assertSame(flatten(value.assignedPartitions), vector.partitions, 'partitions');
  assertSame(base64(value.userData), vector.userData, 'userData');
  const encoded = encodeRecord(ConsumerProtocolAssignment, vector.version, {
    assignedPartitions: group(vector.partitions),
    userData: unbase64(vector.userData),
  });
  assertEqual(hex(encoded), vector.hex, 'encoded');
}

export const checkers: readonly VectorChecker[] = [
  {
    form: 'consumer protocol subscriptions',
    recognises: (vector) => vector.type === 'subscription' && 'hex' in vector,
    check: checkSubscription,
  },
  {
    form: 'consumer protocol assignments',
    recognises: (vector) => vector.type === 'assignment' && 'hex' in vector,
    check: checkAssignment,
  },
];
