import type {
  DescribedStreamsGroup,
  StreamsHeartbeatAnswer,
  StreamsHeartbeatCommand,
} from '../domain/group/streams/streams-messages.ts';

/** Way in: streams groups (KIP-1071), whose members are Kafka Streams clients. Nothing rejects. */
export interface StreamsGroupCoordinator {
  /** The one request of a member: it joins, stays and leaves with it. Internal topics that are missing are made afterwards. */
  heartbeat(command: StreamsHeartbeatCommand): Promise<StreamsHeartbeatAnswer>;
  describe(groupIds: readonly string[]): Promise<readonly DescribedStreamsGroup[]>;
}
