import type { ClassicGroup } from '../classic/classic-group.ts';
import type { CommittedOffset } from '../group-records.ts';

/**
 * Whether a committed offset has outlived its use (Kafka's OffsetExpirationConditionImpl, KIP-211):
 * an empty group's offsets age from the moment it became empty, those of a group that never had
 * members from their commit, and a live consumer group's only when nobody subscribes to the topic
 * any more.
 */
export function offsetExpired(
  group: ClassicGroup,
  topic: string,
  committed: CommittedOffset,
  o: { nowMs: number; retentionMs: number; subscribed: ReadonlySet<string> | undefined },
): boolean {
  if (group.state === 'Dead') return false;
  const isEmpty = group.state === 'Empty';
  const unused = group.state === 'Stable' && o.subscribed !== undefined && !o.subscribed.has(topic);
  if (!isEmpty && !unused) return false;
  if (committed.expireTimestampMs !== undefined)
    return BigInt(o.nowMs) >= committed.expireTimestampMs;
  const commitMs = Number(committed.commitTimestampMs);
  const ageFromMs =
    isEmpty && group.protocolType !== null ? (group.stateTimestampMs ?? commitMs) : commitMs;
  return o.nowMs - ageFromMs >= o.retentionMs;
}
