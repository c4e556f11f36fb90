// ShareFetch (78), versions 1-2 (KIP-932).
// - Sessions: epoch 0 begins one, -1 ends it and releases what the member holds. Acknowledgements come along.
// - Batches come whole; the acquired ranges say which of their records are the member's.
// - v2 acquires no more records than were asked for, where the member wants that (KIP-1206), and renews locks (KIP-1222).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { ShareFetchApi } from '../../../domain/protocol/messages/share-fetch.ts';
import type { RequestOf, ResponseInput } from '../../../domain/protocol/schema.ts';
import type { BrokerIdentity } from '../../../ports/broker-identity.ts';
import type {
  ShareAcknowledgements,
  ShareConsume,
  ShareFetchCommand,
  ShareFetchedPartition,
  ShareFetchResult,
  ShareTopicPartition,
} from '../../../ports/share-consume.ts';
import { handler, type RequestContext, type RequestHandler } from '../request-handler.ts';
import { endpointsOf } from './leader-endpoints.ts';

export interface ShareFetchDependencies {
  readonly share: ShareConsume;
  readonly identity: (listenerName: string) => BrokerIdentity;
}

type Request = RequestOf<typeof ShareFetchApi>;
type Response = ResponseInput<typeof ShareFetchApi>;
type ResponseTopic = Response['responses'][number];

const ACQUIRE_MODES = ['batch_optimized', 'record_limit'] as const;
const RENEW_SINCE = 2;
const NO_LEADER = { leaderId: 0, leaderEpoch: 0 };

export function shareFetchHandler({ share, identity }: ShareFetchDependencies): RequestHandler {
  return handler(ShareFetchApi, async (request, context) => {
    const { groupId, memberId } = request;
    const mode = ACQUIRE_MODES[request.shareAcquireMode];
    if (groupId === null || memberId === null || mode === undefined) {
      return responseOf(INVALID, [], 0);
    }
    const result = await share.fetch(commandOf(request, { groupId, memberId, mode }, context));
    context.afterResponse(() => result.release());
    const { error, partitions, acquisitionLockTimeoutMs } = result;
    const response = responseOf(error, partitions, acquisitionLockTimeoutMs);
    const leaders = partitions.map(({ currentLeader }) => currentLeader);
    return { ...response, nodeEndpoints: endpointsOf(leaders, identity(context.listenerName)) };
  });
}

const INVALID: ShareFetchResult['error'] = 'INVALID_REQUEST';

function commandOf(
  request: Request,
  member: Pick<ShareFetchCommand, 'groupId' | 'memberId' | 'mode'>,
  context: RequestContext,
): ShareFetchCommand {
  const partitions: ShareTopicPartition[] = [];
  const acknowledgements: ShareAcknowledgements[] = [];
  for (const { topicId, partitions: asked } of request.topics) {
    for (const { partitionIndex: partition, acknowledgementBatches: batches } of asked) {
      partitions.push({ topicId, partition });
      if (batches.length > 0) acknowledgements.push({ topicId, partition, batches });
    }
  }
  const forgotten = request.forgottenTopicsData.flatMap(({ topicId, partitions: gone }) =>
    gone.map((partition) => ({ topicId, partition })),
  );
  const { maxWaitMs, minBytes, maxBytes, maxRecords, batchSize } = request;
  return {
    ...member,
    ...{ maxWaitMs, minBytes, maxBytes, maxRecords, batchSize, partitions, forgotten },
    sessionEpoch: request.shareSessionEpoch,
    knowsRenew: context.apiVersion >= RENEW_SINCE,
    isRenew: request.isRenewAck,
    acknowledgements,
    quota: context.quota,
    signal: context.signal,
  };
}

function responseOf(
  error: ShareFetchResult['error'],
  partitions: readonly ShareFetchedPartition[],
  acquisitionLockTimeoutMs: number,
): Response {
  const topics = new Map<string, ResponseTopic['partitions'][number][]>();
  for (const partition of partitions) {
    let entries = topics.get(partition.topicId);
    if (entries === undefined) {
      entries = [];
      topics.set(partition.topicId, entries);
    }
    entries.push(partitionOf(partition));
  }
  return {
    throttleTimeMs: 0,
    errorCode: ERROR_CODES[error].code,
    acquisitionLockTimeoutMs,
    responses: Array.from(topics, ([topicId, entries]) => ({ topicId, partitions: entries })),
    nodeEndpoints: [],
  };
}

function partitionOf(fetched: ShareFetchedPartition): ResponseTopic['partitions'][number] {
  const { error, acknowledgeError, acknowledgeMessage, slices } = fetched;
  return {
    partitionIndex: fetched.partition,
    errorCode: ERROR_CODES[error].code,
    acknowledgeErrorCode: ERROR_CODES[acknowledgeError].code,
    acknowledgeErrorMessage: acknowledgeMessage,
    currentLeader: fetched.currentLeader ?? NO_LEADER,
    records: slices,
    acquiredRecords: fetched.acquired,
  };
}
