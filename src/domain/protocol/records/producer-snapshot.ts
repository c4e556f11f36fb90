// The `.snapshot` file of a partition: what its producers wrote last.
import { array, int16, int32, int64, message, uint32 } from '../schema.ts';

export const ProducerSnapshot = message({
  name: 'ProducerSnapshot',
  versions: [1, 1],
  fields: {
    crc: uint32,
    producerEntries: array({
      producerId: int64,
      epoch: int16,
      lastSequence: int32,
      lastOffset: int64,
      offsetDelta: int32,
      timestamp: int64,
      coordinatorEpoch: int32,
      currentTxnFirstOffset: int64,
    }),
  },
});
