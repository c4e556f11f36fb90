import type { ErrorName } from '../domain/error-code.ts';
import type {
  DescribedStreamsGroup,
  StreamsHeartbeatAnswer,
  StreamsHeartbeatCommand,
} from '../domain/group/streams/streams-messages.ts';

/** Whether it was done, and why not. */
export interface Told {
  readonly error: ErrorName;
  readonly message: string | null;
}

/** Way in: streams groups (KIP-1071), whose members are Kafka Streams clients. Nothing rejects. */
export interface StreamsGroupCoordinator {
  /** The one request of a member: it joins, stays and leaves with it. Internal topics that are missing are made afterwards. */
  heartbeat(command: StreamsHeartbeatCommand): Promise<StreamsHeartbeatAnswer>;
  /** What a member says the topology looks like (KIP-1331), for a plug-in that keeps it. */
  updateTopologyDescription(): Told;
  describe(groupIds: readonly string[]): Promise<readonly DescribedStreamsGroup[]>;
}
