import { NativeChecksum } from '../../adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../adapters/compression/node-compression.ts';
import type { RecordCodecs } from '../../adapters/kafka-client/record-codecs.ts';

export const recordCodecs: RecordCodecs = {
  compression: new NodeCompression(),
  checksum: new NativeChecksum(),
};
