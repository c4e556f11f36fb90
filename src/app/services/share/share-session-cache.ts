import type { ErrorName } from '../../../domain/error-code.ts';
import type { ShareSessionRequest, ShareTopicPartition } from '../../../ports/share-consume.ts';
import { ShareSession } from './share-session.ts';

export const INITIAL_EPOCH = 0;
export const FINAL_EPOCH = -1;

/** Of all sessions together: a client cannot fill the memory with partitions that it names. */
const PARTITIONS_MAX = 1_000_000;

export interface ShareSessionCacheOptions {
  /** group.share.max.share.sessions */
  readonly maxSessions: number;
  /** The connection of a session is gone; the session is not in the cache any more. */
  readonly onDisconnect: (session: ShareSession) => void;
}

/** The sessions of all members, bounded (Kafka's ShareSessionCache). */
export class ShareSessionCache {
  readonly #options: ShareSessionCacheOptions;
  readonly #sessions = new Map<string, ShareSession>();
  readonly #membersOfGroups = new Map<string, number>();
  #partitions = 0;

  constructor(options: ShareSessionCacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  hasMembers(groupId: string): boolean {
    return this.#membersOfGroups.has(groupId);
  }

  /** A new session; one that the member had before is forgotten. Undefined when there is no room. */
  create(
    member: ShareSessionRequest,
    partitions: readonly ShareTopicPartition[],
    signal: AbortSignal | undefined,
  ): ShareSession | undefined {
    const before = this.#sessions.get(keyOf(member));
    if (before !== undefined) this.remove(before);
    if (this.#sessions.size >= this.#options.maxSessions) return undefined;
    if (this.#partitions + partitions.length > PARTITIONS_MAX) return undefined;
    const session = new ShareSession(member, signal, (gone) => {
      this.remove(gone);
      this.#options.onDisconnect(gone);
    });
    session.add(partitions, true);
    this.#sessions.set(keyOf(member), session);
    this.#partitions += session.size;
    const { groupId } = member;
    this.#membersOfGroups.set(groupId, (this.#membersOfGroups.get(groupId) ?? 0) + 1);
    return session;
  }

  /** The session a request belongs to, or why it belongs to none. The final epoch fits any. */
  find(member: ShareSessionRequest): ShareSession | ErrorName {
    const session = this.#sessions.get(keyOf(member));
    if (session === undefined) return 'SHARE_SESSION_NOT_FOUND';
    if (member.sessionEpoch === FINAL_EPOCH || member.sessionEpoch === session.epoch)
      return session;
    return 'INVALID_SHARE_SESSION_EPOCH';
  }

  /** Changes what the member reads. False when there is no room for more. */
  update(
    session: ShareSession,
    added: readonly ShareTopicPartition[],
    forgotten: readonly ShareTopicPartition[],
  ): boolean {
    if (this.#partitions + added.length > PARTITIONS_MAX) return false;
    const before = session.size;
    session.add(added, false);
    session.forget(forgotten);
    this.#partitions += session.size - before;
    return true;
  }

  remove(session: ShareSession): void {
    session.close();
    if (this.#sessions.get(keyOf(session)) !== session) return;
    this.#sessions.delete(keyOf(session));
    this.#partitions -= session.size;
    const { groupId } = session;
    const members = (this.#membersOfGroups.get(groupId) ?? 1) - 1;
    if (members === 0) this.#membersOfGroups.delete(groupId);
    else this.#membersOfGroups.set(groupId, members);
  }
}

/** A member id has no more than 36 characters, so that no two members share a key. */
function keyOf({ groupId, memberId }: { readonly groupId: string; readonly memberId: string }) {
  return `${memberId.length}:${memberId}:${groupId}`;
}
