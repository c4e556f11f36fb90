import type { MemberState } from './member-state.ts';

/** What members of all modern groups have (Kafka's ModernGroupMember). Never changed in place. */
export interface ModernGroupMember {
  readonly memberId: string;
  readonly memberEpoch: number;
  /** Accepted as well, for the answer with the newer one may have been lost. */
  readonly previousMemberEpoch: number;
  readonly state: MemberState;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** In order, each once. */
  readonly subscribedTopicNames: readonly string[];
}

/** As they are kept: sorted, each once. */
export function topicNamesOf(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].sort();
}

export function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((each, index) => each === b[index]));
}

export function isSameMap<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

/** Whether the member has all it is to have by this epoch. */
export function isReconciledTo(
  member: { readonly state: string; readonly memberEpoch: number },
  targetEpoch: number,
): boolean {
  return member.state === 'STABLE' && member.memberEpoch === targetEpoch;
}
