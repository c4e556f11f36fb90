import type { Reply } from '../../coordinator/coordinator-shard.ts';
import type { JoinGroupAnswer, JoinProtocol, SyncGroupAnswer } from './classic-messages.ts';

export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** A member of a classic group (Kafka's ClassicGroupMember). */
export interface ClassicGroupMember {
  memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  /** In the member's order of preference. */
  protocols: readonly JoinProtocol[];
  assignment: Uint8Array;
  /** Whether it never got an answer to a JoinGroup: then it may expire while it waits for one. */
  isNew: boolean;
  awaitingJoin: Reply<JoinGroupAnswer> | undefined;
  awaitingSync: Reply<SyncGroupAnswer> | undefined;
}

export function hasProtocol({ protocols }: ClassicGroupMember, name: string): boolean {
  for (const protocol of protocols) if (protocol.name === name) return true;
  return false;
}

export function metadataFor(member: ClassicGroupMember, protocol: string | null): Uint8Array {
  return member.protocols.find(({ name }) => name === protocol)?.metadata ?? NO_BYTES;
}

/** Whether the protocols are those the member joined with: a repeated request changes nothing. */
export function matchesProtocols(
  member: ClassicGroupMember,
  protocols: readonly JoinProtocol[],
): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every((own, index) => {
      const other = protocols[index];
      return other !== undefined && own.name === other.name && same(own.metadata, other.metadata);
    })
  );
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
