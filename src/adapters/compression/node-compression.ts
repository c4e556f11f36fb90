import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { Compression, CompressionType } from '../../ports/compression.ts';
import { compressLz4Frame, decompressLz4Frame } from './lz4-frame.ts';
import { compressXerialSnappy, decompressSnappy } from './xerial-snappy.ts';

/** As zstd itself has it, and Kafka. */
const ZSTD_LEVEL = 3;

/** Kafka's four codecs: gzip and zstd by Node itself, snappy and lz4 by native packages. */
export class NodeCompression implements Compression {
  /** The package for lz4 has no levels: it always takes its fast way, as Kafka does at the default level. */
  compress(type: CompressionType, bytes: Uint8Array, level?: number): Uint8Array {
    switch (type) {
      case 'none':
        return bytes;
      case 'gzip':
        return gzipSync(bytes, { level: level ?? constants.Z_DEFAULT_COMPRESSION });
      case 'snappy':
        return compressXerialSnappy(bytes);
      case 'lz4':
        return compressLz4Frame(bytes);
      case 'zstd':
        return zstdCompressSync(bytes, {
          params: { [constants.ZSTD_c_compressionLevel]: level ?? ZSTD_LEVEL },
        });
    }
  }

  decompress(type: CompressionType, bytes: Uint8Array, maxBytes: number): Uint8Array {
    try {
      return decompress(type, bytes, maxBytes);
    } catch (error) {
      if (error instanceof KafkaError) throw error;
      throw new KafkaError('CORRUPT_MESSAGE', `the records are no good ${type} data`, {
        cause: error,
      });
    }
  }
}

function decompress(type: CompressionType, bytes: Uint8Array, maxBytes: number): Uint8Array {
  // Node takes no bound below 1.
  const maxOutputLength = Math.max(1, maxBytes);
  switch (type) {
    case 'none':
      return bytes;
    case 'gzip':
      return gunzipSync(bytes, { maxOutputLength });
    case 'snappy':
      return decompressSnappy(bytes, maxBytes);
    case 'lz4':
      return decompressLz4Frame(bytes, maxBytes);
    case 'zstd':
      // Kafka's reader takes no bytes for no records.
      if (bytes.length === 0) return bytes;
      return zstdDecompressSync(bytes, { maxOutputLength });
  }
}
