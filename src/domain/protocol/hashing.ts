/** Kafka's `Utils.murmur2`: a signed 32 bit hash. */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = data.length;
  let h = 0x9747b28c ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k =
      (data[i] as number) |
      ((data[i + 1] as number) << 8) |
      ((data[i + 2] as number) << 16) |
      ((data[i + 3] as number) << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = length - whole;
  if (rest === 3) h ^= (data[whole + 2] as number) << 16;
  if (rest >= 2) h ^= (data[whole + 1] as number) << 8;
  if (rest >= 1) h = Math.imul(h ^ (data[whole] as number), m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

/** Drops the sign, as Kafka's `Utils.toPositive`. */
export function toPositive(hash: number): number {
  return hash & 0x7fffffff;
}

/** The partition Kafka's default partitioner takes for a key (BuiltInPartitioner). */
export function partitionForKey(key: Uint8Array, partitions: number): number {
  return toPositive(murmur2(key)) % partitions;
}

/** `String.hashCode` over UTF-16 units: a signed 32 bit number. */
export function javaHashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/**
 * The partition of a coordinator's topic that owns `id`, with Kafka's `abs`, for which abs(-2^31)
 * is 0.
 */
export function coordinatorPartition(id: string, partitions: number): number {
  const hash = javaHashCode(id);
  return (hash === -0x80000000 ? 0 : Math.abs(hash)) % partitions;
}

/**
 * The key by which a share coordinator is found (KIP-932, `SharePartitionKey.asCoordinatorKey`).
 */
export function sharePartitionKey(groupId: string, topicId: string, partition: number): string {
  return `${groupId}:${topicId}:${partition}`;
}
