// Produce (0), versions 3-13; advertised from 0, see advertisedVersions.
// - acks 0 has no answer; where one would have told an error, the connection closes, as in Kafka.
// - v8 tells the refused records of a batch (KIP-467), v10 the leader to go to instead (KIP-951).
// - v12 in a transaction adds its partitions by itself (KIP-890); v13 names topics by id (KIP-516).
// Requests of one connection run together: each log appends in the order of calls.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { ProduceApi } from '../../../domain/protocol/messages/produce.ts';
import type { ResponseInput } from '../../../domain/protocol/schema.ts';
import type { TransactionSupport } from '../../../domain/transaction/transaction-support.ts';
import type { BrokerIdentity } from '../../../ports/broker-identity.ts';
import type { Produce, ProducedPartition, ProduceResult } from '../../../ports/produce.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { endpointsOf } from './leader-endpoints.ts';

export interface ProduceDependencies {
  readonly produce: Produce;
  readonly identity: (listenerName: string) => BrokerIdentity;
}

type Response = ResponseInput<typeof ProduceApi>;
type ResponsePartition = Response['responses'][number]['partitionResponses'][number];

const BY_TOPIC_ID_SINCE = 13;
const ZSTD_SINCE = 7;
const ABORTABLE_SINCE = 11;
const ADDS_PARTITIONS_SINCE = 12;
const LEADER_SINCE = 10;
const NO_RECORD_ERRORS: ResponsePartition['recordErrors'] = [];

export function produceHandler({ produce, identity }: ProduceDependencies): RequestHandler {
  return handler(
    ProduceApi,
    (request, { apiVersion, listenerName, quota }) => {
      quota?.produced();
      const { transactionalId, acks, topicData } = request;
      const byTopicId = apiVersion >= BY_TOPIC_ID_SINCE;
      const zstd = apiVersion >= ZSTD_SINCE;
      const transactionSupport = supportOf(apiVersion);
      const command = { transactionalId, transactionSupport, acks, byTopicId, zstd, topicData };
      const result = produce.produce(command);
      const answer = (produced: ProduceResult) =>
        acks === 0
          ? silent(produced)
          : responseOf(produced, apiVersion, () => identity(listenerName));
      return result instanceof Promise ? result.then(answer) : answer(result);
    },
    { pipelined: true },
  );
}

function supportOf(apiVersion: number): TransactionSupport {
  if (apiVersion >= ADDS_PARTITIONS_SINCE) return 'adds-partitions';
  return apiVersion >= ABORTABLE_SINCE ? 'abortable-errors' : 'classic';
}

function silent({ failed, topics }: ProduceResult): undefined {
  if (!failed) return undefined;
  for (const { name, partitions } of topics) {
    for (const { index, error } of partitions) {
      if (error === 'NONE') continue;
      throw new KafkaError(error, `acks=0, but producing to ${name}-${index} failed: ${error}`);
    }
  }
  return undefined;
}

function responseOf(
  { failed, topics }: ProduceResult,
  version: number,
  identity: () => BrokerIdentity,
): Response {
  const responses = topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitionResponses: partitions.map((one) => partitionOf(one, version)),
  }));
  if (!failed || version < LEADER_SINCE) return { responses } as Response;
  const leaders = topics.flatMap(({ partitions }) => partitions.map((one) => one.currentLeader));
  if (!leaders.some((leader) => leader !== undefined)) return { responses } as Response;
  return { responses, nodeEndpoints: endpointsOf(leaders, identity()) } as Response;
}

function partitionOf(produced: ProducedPartition, version: number): ResponsePartition {
  const { index, error, errorMessage, recordErrors, currentLeader } = produced;
  const partition = {
    index,
    errorCode: ERROR_CODES[error].code,
    baseOffset: produced.baseOffset,
    logAppendTimeMs: produced.logAppendTimeMs,
    logStartOffset: produced.logStartOffset,
    recordErrors:
      recordErrors.length === 0
        ? NO_RECORD_ERRORS
        : recordErrors.map(({ batchIndex, message }) => ({
            batchIndex,
            batchIndexErrorMessage: message,
          })),
    errorMessage,
  };
  if (currentLeader === undefined || version < LEADER_SINCE) return partition as ResponsePartition;
  return { ...partition, currentLeader } as ResponsePartition;
}
