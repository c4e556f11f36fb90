import {
  coordinatorPartition,
  javaHashCode,
  murmur2,
  partitionForKey,
  sharePartitionKey,
  toPositive,
} from '../../src/domain/protocol/hashing.ts';
import { assertEqual, unhex, type Vector, type VectorChecker } from './vector-checker.ts';

function checkPartitions(vector: Vector, partitionOf: (partitions: number) => number): void {
  for (const [partitions, expected] of Object.entries(vector.partition)) {
    assertEqual(partitionOf(Number(partitions)), expected, `partition of ${partitions}`);
  }
}

export const checkers: readonly VectorChecker[] = [
  {
    form: 'murmur2',
    recognises: (vector) => vector.type === 'murmur2',
    check: (vector) => {
      const key = unhex(vector.keyHex);
      assertEqual(murmur2(key), vector.murmur2, 'murmur2');
      assertEqual(toPositive(murmur2(key)), vector.positive, 'positive');
      checkPartitions(vector, (partitions) => partitionForKey(key, partitions));
    },
  },
  {
    form: 'coordinator partitions',
    recognises: (vector) => vector.type === 'coordinatorPartition',
    check: (vector) => {
      assertEqual(javaHashCode(vector.id), vector.hashCode, 'hashCode');
      checkPartitions(vector, (partitions) => coordinatorPartition(vector.id, partitions));
    },
  },
  {
    form: 'share coordinator partitions',
    recognises: (vector) => vector.type === 'sharePartition',
    check: (vector) => {
      const key = sharePartitionKey(vector.group, vector.topicId, vector.partition);
      assertEqual(key, vector.key, 'key');
      assertEqual(javaHashCode(key), vector.hashCode, 'hashCode');
      assertEqual(coordinatorPartition(key, 50), vector.partitionOf50, 'partition');
    },
  },
];
