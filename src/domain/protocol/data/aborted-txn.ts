// One entry of a transaction index.
import { int64, message } from '../schema.ts';

export const AbortedTxn = message({
  name: 'AbortedTxn',
  versions: [0, 0],
  fields: {
    producerId: int64,
    firstOffset: int64,
    lastOffset: int64,
    lastStableOffset: int64,
  },
});
