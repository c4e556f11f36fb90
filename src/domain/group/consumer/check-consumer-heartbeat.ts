import { KafkaError } from '../../kafka-error.ts';
import {
  type ConsumerGroupHeartbeatCommand,
  LEAVE_GROUP_MEMBER_EPOCH,
  LEAVE_GROUP_STATIC_MEMBER_EPOCH,
} from './consumer-messages.ts';

/** What is wrong with a heartbeat by itself, whatever the group. Throws INVALID_REQUEST and UNSUPPORTED_ASSIGNOR. */
export function checkConsumerHeartbeat(
  command: ConsumerGroupHeartbeatCommand,
  o: {
    /** Version 1 on: members make their own ids. */
    readonly isMemberIdRequired: boolean;
    readonly assignors: readonly string[];
  },
): void {
  const { memberId, memberEpoch, instanceId, rackId, serverAssignor } = command;
  const isKnown = memberEpoch > 0 || memberEpoch === LEAVE_GROUP_MEMBER_EPOCH;
  if (memberId === '' && (o.isMemberIdRequired || isKnown)) refuse('MemberId must not be empty.');
  if (command.groupId === '') refuse('GroupId must not be empty.');
  if (instanceId === '') refuse('InstanceId must not be empty; a dynamic member has none.');
  if (rackId === '') refuse('RackId must not be empty.');
  if (memberEpoch === 0) checkJoin(command);
  if (memberEpoch === LEAVE_GROUP_STATIC_MEMBER_EPOCH && instanceId === null) {
    refuse('Only a member with an InstanceId leaves with epoch -2.');
  }
  if (memberEpoch < LEAVE_GROUP_STATIC_MEMBER_EPOCH) refuse('MemberEpoch must not be below -2.');
  if (serverAssignor !== null && !o.assignors.includes(serverAssignor)) {
    throw new KafkaError(
      'UNSUPPORTED_ASSIGNOR',
      `There is no assignor ${serverAssignor}; there are ${o.assignors.join(', ')} (group.consumer.assignors).`,
    );
  }
}

function checkJoin(command: ConsumerGroupHeartbeatCommand): void {
  const { rebalanceTimeoutMs, topicPartitions } = command;
  if (rebalanceTimeoutMs === -1) refuse('Who joins tells its RebalanceTimeoutMs.');
  if (topicPartitions === null || topicPartitions.length > 0) {
    refuse('Who joins owns nothing: TopicPartitions must be empty.');
  }
  if (command.subscribedTopicNames === null && command.subscribedTopicRegex === null) {
    refuse('Who joins tells its SubscribedTopicNames or its SubscribedTopicRegex.');
  }
}

function refuse(message: string): never {
  throw new KafkaError('INVALID_REQUEST', message);
}
