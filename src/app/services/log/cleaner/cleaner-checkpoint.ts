import type { Offset, TopicIdPartition } from '../../../../domain/topic-partition.ts';
import type { StoredLog } from '../../../../ports/log-store.ts';

/** Kafka keeps one such file for all logs; here it lies beside each. */
const NAME = 'cleaner-offset-checkpoint';

/** Up to where a log was cleaned; undefined where it never was. */
export async function readCleanerCheckpoint(stored: StoredLog): Promise<Offset | undefined> {
  const bytes = await stored.readSnapshot(NAME);
  if (bytes === undefined) return undefined;
  const digits = /^0\n1\n\S+ \d+ (\d{1,19})\n$/.exec(new TextDecoder().decode(bytes))?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

export function writeCleanerCheckpoint(stored: StoredLog, offset: Offset): Promise<void> {
  const { topic, partition }: TopicIdPartition = stored.id;
  const text = `0\n1\n${topic} ${partition} ${offset}\n`;
  return stored.writeSnapshot(NAME, new TextEncoder().encode(text));
}
