// ShareAcknowledge (79), versions 1-2 (KIP-932).
// - Needs the session of a ShareFetch: epoch 0 is refused, -1 ends it.
// - v2 renews locks (KIP-1222) and tells how long they last.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { ShareAcknowledgeApi } from '../../../domain/protocol/messages/share-acknowledge.ts';
import type { ResponseInput } from '../../../domain/protocol/schema.ts';
import type { BrokerIdentity } from '../../../ports/broker-identity.ts';
import type { ShareAcknowledgedPartition, ShareConsume } from '../../../ports/share-consume.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { endpointsOf } from './leader-endpoints.ts';

export interface ShareAcknowledgeDependencies {
  readonly share: ShareConsume;
  readonly identity: (listenerName: string) => BrokerIdentity;
}

type Response = ResponseInput<typeof ShareAcknowledgeApi>;

const RENEW_SINCE = 2;
const NO_LEADER = { leaderId: 0, leaderEpoch: 0 };

export function shareAcknowledgeHandler(options: ShareAcknowledgeDependencies): RequestHandler {
  const { share, identity } = options;
  return handler(ShareAcknowledgeApi, async (request, context) => {
    const { groupId, memberId, shareSessionEpoch: sessionEpoch, isRenewAck: isRenew } = request;
    const answer = { throttleTimeMs: 0, errorCode: 0, acquisitionLockTimeoutMs: 0 };
    if (groupId === null || memberId === null) {
      const errorCode = ERROR_CODES.INVALID_REQUEST.code;
      return { ...answer, errorCode, responses: [], nodeEndpoints: [] };
    }
    const acknowledgements = request.topics.flatMap(({ topicId, partitions }) =>
      partitions.map(({ partitionIndex: partition, acknowledgementBatches: batches }) => {
        return { topicId, partition, batches };
      }),
    );
    const knowsRenew = context.apiVersion >= RENEW_SINCE;
    const command = { groupId, memberId, sessionEpoch, isRenew, knowsRenew, acknowledgements };
    const { error, partitions, acquisitionLockTimeoutMs } = await share.acknowledge(command);
    const leaders = partitions.map(({ currentLeader }) => currentLeader);
    return {
      ...answer,
      errorCode: ERROR_CODES[error].code,
      acquisitionLockTimeoutMs,
      responses: topicsOf(partitions),
      nodeEndpoints: endpointsOf(leaders, identity(context.listenerName)),
    };
  });
}

function topicsOf(partitions: readonly ShareAcknowledgedPartition[]): Response['responses'] {
  const topics = new Map<string, Response['responses'][number]['partitions'][number][]>();
  for (const { topicId, partition, error, message, currentLeader } of partitions) {
    const entry = {
      partitionIndex: partition,
      errorCode: ERROR_CODES[error].code,
      errorMessage: message,
      currentLeader: currentLeader ?? NO_LEADER,
    };
    const entries = topics.get(topicId);
    if (entries === undefined) topics.set(topicId, [entry]);
    else entries.push(entry);
  }
  return Array.from(topics, ([topicId, entries]) => ({ topicId, partitions: entries }));
}
