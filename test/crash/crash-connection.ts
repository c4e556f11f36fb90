import { NativeChecksum } from '../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../src/adapters/compression/node-compression.ts';

export const CODECS = { checksum: new NativeChecksum(), compression: new NodeCompression() };

export const CONNECTION_OPTIONS = {
  clientId: 'crash',
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  maxResponseBytes: 128 * 1024 * 1024,
};
