/** Kafka's codecs, at the place of their number in a batch's attributes. */
export const COMPRESSION_TYPES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export type CompressionType = (typeof COMPRESSION_TYPES)[number];

/**
 * Compresses and decompresses the records section of a batch in Kafka's framing:
 * gzip streams, snappy in xerial blocks, lz4 frames, zstd frames.
 */
export interface Compression {
  /** `level` as Kafka's `compression.<codec>.level`; a codec that has none passes over it, and absent it is the codec's own. */
  compress(type: CompressionType, bytes: Uint8Array, level?: number): Uint8Array;
  /** Throws a KafkaError CORRUPT_MESSAGE for bytes that are no such stream or grow beyond `maxBytes`. */
  decompress(type: CompressionType, bytes: Uint8Array, maxBytes: number): Uint8Array;
}
