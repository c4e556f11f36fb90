// FindCoordinator, versions 0 to 6. 1 adds transactions, 4 several keys at once (KIP-699), 6 share
// groups (KIP-932), whose key is `groupId:topicId:partition`. One node coordinates everything.
import { ERROR_CODES, type ErrorName } from '../../../domain/error-code.ts';
import { FindCoordinatorApi } from '../../../domain/protocol/messages/find-coordinator.ts';
import type { BrokerIdentity } from '../../../ports/broker-identity.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import type { SharePersister } from '../../../ports/share-persister.ts';
import type { TransactionCoordinator } from '../../../ports/transaction-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

const GROUP = 0;
const TRANSACTION = 1;
const SHARE = 2;
const SHARE_SINCE = 6;

const NO_NODE = { nodeId: -1, host: '', port: -1 };

export interface FindCoordinatorOptions {
  readonly groups: Pick<GroupCoordinator, 'prepare'>;
  readonly transactions: Pick<TransactionCoordinator, 'prepare'>;
  readonly share: Pick<SharePersister, 'prepare'>;
  /** How clients of a listener reach this broker. */
  readonly identity: (listenerName: string) => BrokerIdentity;
}

export function findCoordinatorHandler(options: FindCoordinatorOptions): RequestHandler {
  return handler(FindCoordinatorApi, async (request, context) => {
    const { keyType } = request;
    const { apiVersion } = context;
    const answerFor = async (key: string) => {
      const error = await coordinatorError(options, keyType, key, apiVersion);
      const node = error === 'NONE' ? options.identity(context.listenerName) : NO_NODE;
      return {
        key,
        nodeId: node.nodeId,
        host: node.host,
        port: node.port,
        errorCode: ERROR_CODES[error].code,
        errorMessage: messageFor(error, keyType, apiVersion),
      };
    };
    if (apiVersion >= 4) {
      return { coordinators: await Promise.all(request.coordinatorKeys.map(answerFor)) };
    }
    const { key: _, ...answer } = await answerFor(request.key);
    return answer;
  });
}

/** Kafka says NONE in versions 1 to 3 and is silent later on, but for a key type it does not know. */
function messageFor(error: ErrorName, keyType: number, apiVersion: number): string {
  if (!isKeyType(keyType)) return `Unknown key type ${keyType}.`;
  if (apiVersion >= 4) return '';
  if (error === 'NONE') return 'NONE';
  return error === 'INVALID_REQUEST'
    ? 'The key is not valid for its type in this version.'
    : 'The coordinator is not available.';
}

function isKeyType(keyType: number): boolean {
  return keyType === GROUP || keyType === TRANSACTION || keyType === SHARE;
}

async function coordinatorError(
  { groups, transactions, share }: FindCoordinatorOptions,
  keyType: number,
  key: string,
  apiVersion: number,
): Promise<ErrorName> {
  switch (keyType) {
    case GROUP:
      return groups.prepare();
    case TRANSACTION:
      return transactions.prepare();
    case SHARE:
      return apiVersion >= SHARE_SINCE && isShareKey(key) ? share.prepare() : 'INVALID_REQUEST';
    default:
      return 'INVALID_REQUEST';
  }
}

/** `groupId:topicId:partition`; the group's name may hold colons (Kafka's SharePartitionKey.validate). */
function isShareKey(key: string): boolean {
  return /^\s*\S.*:[\w-]{22}:\d{1,10}$/s.test(key);
}
