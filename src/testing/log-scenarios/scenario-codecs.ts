import { NodeCompression } from '../../adapters/compression/node-compression.ts';
import { portableChecksum } from '../../domain/record/crc32c.ts';

/** What a broker under test decodes batches with. */
export const checksum = portableChecksum;
export const compression = new NodeCompression();
