// TxnOffsetCommit, versions 0 to 6. 2 brings the leader epoch, 3 the member (KIP-447: a zombie of an older generation is
// refused), 4 knows TRANSACTION_ABORTABLE, 5 adds the group to the transaction by itself (KIP-890), 6 names topics by id
// and knows STALE_MEMBER_EPOCH.
import type { ErrorName } from '../../../domain/error-code.ts';
import { TxnOffsetCommitApi } from '../../../domain/protocol/messages/txn-offset-commit.ts';
import type { TransactionSupport } from '../../../domain/transaction/transaction-support.ts';
import type { TransactionalOffsets } from '../../../ports/transaction-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { answeredTopics, committedTopics } from './committed-topics.ts';

const LOADING_SINCE = 2;
const ABORTABLE_SINCE = 4;
const ADDS_GROUP_SINCE = 5;
const BY_TOPIC_ID_SINCE = 6;

export function txnOffsetCommitHandler({
  transactionalOffsets,
}: {
  transactionalOffsets: Pick<TransactionalOffsets, 'commit'>;
}): RequestHandler {
  return handler(TxnOffsetCommitApi, async (request, { apiVersion }) => {
    const { transactionalId, producerId, producerEpoch } = request;
    const topics = await transactionalOffsets.commit({
      producer: { transactionalId, producerId, producerEpoch },
      support: supportOf(apiVersion),
      offsets: {
        groupId: request.groupId,
        generationId: request.generationIdOrMemberEpoch,
        memberId: request.memberId,
        groupInstanceId: request.groupInstanceId,
        retentionTimeMs: -1n,
        supportsConsumerGroups: apiVersion >= BY_TOPIC_ID_SINCE,
        byTopicId: apiVersion >= BY_TOPIC_ID_SINCE,
        topics: committedTopics(request.topics),
      },
    });
    return {
      throttleTimeMs: 0,
      topics: answeredTopics(topics, (error) => errorFor(error, apiVersion)),
    };
  });
}

function supportOf(apiVersion: number): TransactionSupport {
  if (apiVersion >= ADDS_GROUP_SINCE) return 'adds-partitions';
  return apiVersion >= ABORTABLE_SINCE ? 'abortable-errors' : 'classic';
}

function errorFor(error: ErrorName, apiVersion: number): ErrorName {
  if (error === 'COORDINATOR_LOAD_IN_PROGRESS' && apiVersion < LOADING_SINCE) {
    return 'COORDINATOR_NOT_AVAILABLE';
  }
  return error === 'STALE_MEMBER_EPOCH' && apiVersion < BY_TOPIC_ID_SINCE
    ? 'ILLEGAL_GENERATION'
    : error;
}
