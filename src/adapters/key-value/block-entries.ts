import { viewOf } from '../../domain/record/record-batch-header.ts';
import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import type { Checksum } from '../../ports/checksum.ts';
import { checkBatch } from './batch-check.ts';
import { type BatchKey, parseBatchKey } from './log-keys.ts';
import { parseLogRecord } from './log-values.ts';
import { Varints } from './varints.ts';

/** What both databases put behind a key: the number of the write, and its kind. */
const KEY_TRAILER_BYTES = 8;
const LOG_KIND = 1;
const BATCH_KIND = 5;

/** A batch in a damaged block. */
export interface FoundEntry {
  readonly data: number;
  readonly key: BatchKey;
  /** Whether it is not what its key says, and why. */
  readonly damage: string | undefined;
}

/**
 * The batches of a table's block whose checksum does not match, as long as its entries make sense: mostly it is one of
 * them that the damage is in. Notes the logs that are told of on the way.
 */
export function* batchesIn(
  block: Uint8Array,
  ids: Map<number, TopicIdPartition>,
  checksum: Checksum,
): Generator<FoundEntry> {
  for (const [key, value] of entriesOf(block)) {
    const view = viewOf(key);
    if (key[0] === LOG_KIND) {
      const record = parseLogRecord(value);
      if (record !== undefined) ids.set(record.data, record.id);
    }
    const parsed = key[0] === BATCH_KIND ? parseBatchKey(key) : undefined;
    if (parsed === undefined) continue;
    const checked = checkBatch(key, value, checksum);
    const damage = 'damage' in checked ? checked.damage : undefined;
    yield { data: view.getUint32(1), key: parsed, damage };
  }
}

/** Each key has what differs from the one before it. */
function* entriesOf(block: Uint8Array): Generator<[key: Uint8Array, value: Uint8Array]> {
  const varints = new Varints(block);
  let key = new Uint8Array();
  while (!varints.atEnd) {
    const shared = varints.next();
    const ownBytes = varints.next();
    const valueBytes = varints.next();
    const start = varints.position + ownBytes;
    if (shared > key.length || start + valueBytes > block.length) return;
    if (shared + ownBytes < KEY_TRAILER_BYTES) return;
    const own = block.subarray(varints.position, start);
    key = new Uint8Array(Buffer.concat([key.subarray(0, shared), own]));
    yield [key.subarray(0, -KEY_TRAILER_BYTES), block.subarray(start, start + valueBytes)];
    varints.position = start + valueBytes;
  }
}
