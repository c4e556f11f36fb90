// Fetch (1), versions 4-18.
// - v7 sessions (KIP-227), v9 leader epoch of the reader (KIP-320), v12 truncation found by epoch (KIP-595), v13 topics
//   by id (KIP-516), v15 replica state (KIP-903), v16 endpoints of leaders (KIP-951).
// - Whole batches only. The batches go to the socket as they came from the log and are given back afterwards.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { FetchApi } from '../../../domain/protocol/messages/fetch.ts';
import type { RequestOf, ResponseInput } from '../../../domain/protocol/schema.ts';
import type { BrokerIdentity } from '../../../ports/broker-identity.ts';
import type {
  Fetch,
  FetchCommand,
  FetchedPartition,
  FetchPartition,
  FetchResult,
  PartitionName,
} from '../../../ports/fetch.ts';
import { handler, type RequestContext, type RequestHandler } from '../request-handler.ts';
import { endpointsOf } from './leader-endpoints.ts';

export interface FetchDependencies {
  readonly fetch: Fetch;
  readonly identity: (listenerName: string) => BrokerIdentity;
}

type Request = RequestOf<typeof FetchApi>;
type Response = ResponseInput<typeof FetchApi>;
type ResponseTopic = Response['responses'][number];
type ResponsePartition = ResponseTopic['partitions'][number];

const BY_TOPIC_ID_SINCE = 13;
const LEADER_SINCE = 12;
const ENDPOINTS_SINCE = 16;
const READ_COMMITTED = 1;
const NONE_ABORTED: NonNullable<ResponsePartition['abortedTransactions']> = [];
const UNKNOWN: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID']);
const NO_SLICES: readonly Uint8Array[] = [];

export function fetchHandler({ fetch, identity }: FetchDependencies): RequestHandler {
  return handler(FetchApi, (request, context) => {
    const answer = (result: FetchResult) => {
      context.afterResponse(() => result.release());
      return responseOf(result, context, identity);
    };
    const result = fetch.fetch(commandOf(request, context));
    return result instanceof Promise ? result.then(answer) : answer(result);
  });
}

function commandOf(request: Request, context: RequestContext): FetchCommand {
  const forgotten: PartitionName[] = [];
  for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
    for (const partition of partitions) forgotten.push({ topic, topicId, partition });
  }
  return {
    byTopicId: context.apiVersion >= BY_TOPIC_ID_SINCE,
    isolation: request.isolationLevel === READ_COMMITTED ? 'read_committed' : 'read_uncommitted',
    maxWaitMs: request.maxWaitMs,
    minBytes: request.minBytes,
    maxBytes: request.maxBytes,
    sessionId: request.sessionId,
    sessionEpoch: request.sessionEpoch,
    partitions: partitionsOf(request),
    forgotten,
    quota: context.quota,
    // Made only when the fetch has to wait.
    get signal() {
      return context.signal;
    },
  };
}

function partitionsOf({ topics }: Request): FetchPartition[] {
  const wanted: FetchPartition[] = [];
  for (const { topic, topicId, partitions } of topics) {
    for (const partition of partitions) {
      wanted.push({
        topic,
        topicId,
        partition: partition.partition,
        currentLeaderEpoch: partition.currentLeaderEpoch,
        fetchOffset: partition.fetchOffset,
        lastFetchedEpoch: partition.lastFetchedEpoch,
        maxBytes: partition.partitionMaxBytes,
      });
    }
  }
  return wanted;
}

function responseOf(
  result: FetchResult,
  { apiVersion, listenerName }: RequestContext,
  identity: FetchDependencies['identity'],
): Response {
  const response = {
    throttleTimeMs: 0,
    errorCode: ERROR_CODES[result.error].code,
    sessionId: result.sessionId,
    responses: topicsOf(result.partitions, apiVersion),
  } as Response;
  if (apiVersion < ENDPOINTS_SINCE) return response;
  const leaders = result.partitions.map(({ currentLeader }) => currentLeader);
  if (!leaders.some((leader) => leader !== undefined)) return response;
  return { ...response, nodeEndpoints: endpointsOf(leaders, identity(listenerName)) };
}

/** Partitions in their order; neighbours of one topic share its entry. */
function topicsOf(fetched: readonly FetchedPartition[], version: number): ResponseTopic[] {
  const topics: { topic: string; topicId: string; partitions: ResponsePartition[] }[] = [];
  for (const partition of fetched) {
    const { topic, topicId } = partition.name;
    let last = topics[topics.length - 1];
    if (last === undefined || last.topicId !== topicId || last.topic !== topic) {
      last = { topic, topicId, partitions: [] };
      topics.push(last);
    }
    last.partitions.push(partitionOf(partition, version));
  }
  return topics as ResponseTopic[];
}

function partitionOf(fetched: FetchedPartition, version: number): ResponsePartition {
  const partition: { -readonly [Key in keyof ResponsePartition]: ResponsePartition[Key] } = {
    partitionIndex: fetched.name.partition,
    errorCode: ERROR_CODES[fetched.error].code,
    highWatermark: fetched.highWatermark,
    lastStableOffset: fetched.lastStableOffset,
    logStartOffset: fetched.logStartOffset,
    // Kafka answers what its logs do not know from an empty response, which has the empty list.
    abortedTransactions: UNKNOWN.has(fetched.error) ? NONE_ABORTED : fetched.abortedTransactions,
    preferredReadReplica: -1,
    records: fetched.slices.length === 0 ? NO_SLICES : fetched.slices,
  };
  if (version < LEADER_SINCE) return partition;
  if (fetched.divergingEpoch !== undefined) partition.divergingEpoch = fetched.divergingEpoch;
  if (fetched.currentLeader !== undefined) partition.currentLeader = fetched.currentLeader;
  return partition;
}
