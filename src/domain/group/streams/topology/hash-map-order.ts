import { javaHashCode } from '../../../protocol/hashing.ts';

const SMALLEST_CAPACITY = 16;
const LOAD_FACTOR = 0.75;

/**
 * In the order in which Java's HashMap walks through them, put in as they come. Kafka decides about the subtopologies of an
 * application in this order, and the partitions that it gives to repartition topics can depend on it.
 */
export function inHashMapOrder<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
  let capacity = SMALLEST_CAPACITY;
  while (all.length > capacity * LOAD_FACTOR) capacity *= 2;
  const bucketOf = (one: T) => {
    const hash = javaHashCode(keyOf(one));
    return (hash ^ (hash >>> 16)) & (capacity - 1);
  };
  return [...all].sort((a, b) => bucketOf(a) - bucketOf(b));
}
