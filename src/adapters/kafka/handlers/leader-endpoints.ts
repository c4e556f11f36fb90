import type { BrokerIdentity } from '../../../ports/broker-identity.ts';
import type { PartitionLeader } from '../../../ports/produce.ts';

export interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** Where the leaders named in an answer are reached (KIP-951), as far as this broker knows: itself. */
export function endpointsOf(
  leaders: Iterable<PartitionLeader | undefined>,
  identity: BrokerIdentity,
): NodeEndpoint[] {
  for (const leader of leaders) {
    if (leader?.leaderId === identity.nodeId) {
      const { nodeId, host, port, rack = null } = identity;
      return [{ nodeId, host, port, rack }];
    }
  }
  return [];
}
