import type { Checksum } from '../../ports/checksum.ts';
import type { Compression } from '../../ports/compression.ts';

/** What it takes to make and read record batches. */
export interface RecordCodecs {
  readonly compression: Compression;
  readonly checksum: Checksum;
}
