import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { Compression, CompressionType } from '../../ports/compression.ts';
import { compressLz4Frame, decompressLz4Frame } from './lz4-frame.ts';
import { compressXerialSnappy, decompressSnappy } from './xerial-snappy.ts';

/** Levels as Kafka's `compression.<codec>.level`; left out they are the codecs' own defaults. */
export interface CompressionLevels {
  readonly gzip?: number;
  readonly zstd?: number;
}

/** Kafka's four codecs: gzip and zstd by Node itself, snappy and lz4 by native packages. */
export class NodeCompression implements Compression {
  readonly #levels: CompressionLevels;

  constructor(levels: CompressionLevels = {}) {
    this.#levels = levels;
  }

  compress(type: CompressionType, bytes: Uint8Array): Uint8Array {
    switch (type) {
      case 'none':
        return bytes;
      case 'gzip':
        return gzipSync(bytes, { level: this.#levels.gzip ?? constants.Z_DEFAULT_COMPRESSION });
      case 'snappy':
        return compressXerialSnappy(bytes);
      case 'lz4':
        return compressLz4Frame(bytes);
      case 'zstd':
        return zstdCompressSync(bytes, {
          params: { [constants.ZSTD_c_compressionLevel]: this.#levels.zstd ?? 3 },
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
