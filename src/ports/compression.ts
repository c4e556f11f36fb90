export type { Compression, CompressionType } from '../domain/record/compression.ts';
