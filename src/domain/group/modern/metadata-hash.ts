import { murmur2 } from '../../protocol/hashing.ts';
import type { TopicMetadata } from '../../topic/cluster-metadata.ts';
import { WireWriter } from '../../wire/wire-writer.ts';
import type { TopicsImage } from './topics-image.ts';

/** Changes with the way the hash is made, so that a group of an older version rebalances once. */
const HASH_VERSION = 0;

const hashes = new WeakMap<TopicMetadata, bigint>();

/**
 * A number that changes with the topics that the names stand for: their ids and how many partitions they have (KIP-1101).
 * It is only ever compared with a number made here, so it need not be the one Kafka makes.
 */
export function metadataHash(topicNames: Iterable<string>, image: TopicsImage): bigint {
  const writer = new WireWriter(256);
  let isEmpty = true;
  for (const name of [...topicNames].sort()) {
    const topic = image.topicsByName.get(name);
    if (topic === undefined) continue;
    writer.writeString(name);
    writer.writeInt64(hashOf(topic));
    isEmpty = false;
  }
  return isEmpty ? 0n : hash64(writer);
}

function hashOf(topic: TopicMetadata): bigint {
  const known = hashes.get(topic);
  if (known !== undefined) return known;
  const writer = new WireWriter(64);
  writer.writeInt8(HASH_VERSION);
  writer.writeString(topic.id);
  writer.writeString(topic.name);
  writer.writeInt32(topic.partitions.length);
  const hash = hash64(writer);
  hashes.set(topic, hash);
  return hash;
}

/** Two hashes of 32 bits; the second is of the bytes and what the first made of them. */
function hash64(writer: WireWriter): bigint {
  const high = murmur2(writer.toUint8Array());
  writer.writeInt32(high);
  const low = murmur2(writer.toUint8Array());
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}
