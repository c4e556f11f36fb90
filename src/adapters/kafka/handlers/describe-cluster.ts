// DescribeCluster, versions 0 to 2.
// KIP-700, KIP-919 (endpoint type since 1: this listener only knows brokers), KIP-1073 (fenced brokers since 2).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DescribeClusterApi } from '../../../domain/protocol/messages/describe-cluster.ts';
import type { BrokerIdentity } from '../../../ports/broker-identity.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { ALL_CLUSTER_OPERATIONS, OPERATIONS_OMITTED } from './authorized-operations.ts';

const BROKER_ENDPOINT = 1;
const CONTROLLER_ENDPOINT = 2;

export function describeClusterHandler({
  identity,
}: {
  readonly identity: (listenerName: string) => BrokerIdentity;
}): RequestHandler {
  return handler(DescribeClusterApi, (request, { listenerName }) => {
    const { nodeId, host, port, clusterId, rack = null } = identity(listenerName);
    if (request.endpointType !== BROKER_ENDPOINT) {
      const known = request.endpointType === CONTROLLER_ENDPOINT;
      const error = known ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE';
      return {
        throttleTimeMs: 0,
        errorCode: ERROR_CODES[error].code,
        errorMessage: `The request was sent to an endpoint of type BROKER, not ${request.endpointType}`,
        clusterId,
        brokers: [],
      };
    }
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      endpointType: BROKER_ENDPOINT,
      clusterId,
      controllerId: nodeId,
      brokers: [{ brokerId: nodeId, host, port, rack, isFenced: false }],
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
        ? ALL_CLUSTER_OPERATIONS
        : OPERATIONS_OMITTED,
    };
  });
}
