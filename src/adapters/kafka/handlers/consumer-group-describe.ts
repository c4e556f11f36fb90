// ConsumerGroupDescribe, versions 0 and 1 (KIP-848). 1 tells which protocol a member speaks (KIP-1099).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { ConsumerGroupDescribeApi } from '../../../domain/protocol/messages/consumer-group-describe.ts';
import type { DescribedConsumerGroup, GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { ALL_GROUP_OPERATIONS, OPERATIONS_OMITTED } from './authorized-operations.ts';

const CLASSIC_MEMBER = 0;
const CONSUMER_MEMBER = 1;

export function consumerGroupDescribeHandler({
  groups,
}: {
  groups: GroupCoordinator;
}): RequestHandler {
  return handler(ConsumerGroupDescribeApi, async (request) => {
    const described = await groups.describeConsumerGroups(request.groupIds);
    return {
      throttleTimeMs: 0,
      groups: described.map(({ error, state, members, ...group }) => ({
        ...group,
        errorCode: ERROR_CODES[error].code,
        groupState: error === 'NONE' ? state : '',
        members: members.map(memberResponse),
        authorizedOperations:
          request.includeAuthorizedOperations && error === 'NONE'
            ? ALL_GROUP_OPERATIONS
            : OPERATIONS_OMITTED,
      })),
    };
  });
}

function memberResponse({
  assignment,
  targetAssignment,
  usesClassicProtocol,
  ...member
}: DescribedConsumerGroup['members'][number]) {
  return {
    ...member,
    assignment: { topicPartitions: assignment },
    targetAssignment: { topicPartitions: targetAssignment },
    memberType: usesClassicProtocol ? CLASSIC_MEMBER : CONSUMER_MEMBER,
  };
}
