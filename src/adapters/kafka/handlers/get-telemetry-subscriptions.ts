// GetTelemetrySubscriptions, version 0.
// KIP-714: which metrics a client shall push, and how often. Not served unless they are kept (telemetry.topic).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { GetTelemetrySubscriptionsApi } from '../../../domain/protocol/messages/get-telemetry-subscriptions.ts';
import { COMPRESSION_TYPES } from '../../../domain/record/compression.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { ClientTelemetry } from '../../../ports/client-telemetry.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { telemetryClientOf } from './telemetry-client-of.ts';

/** The best first, as a client takes the first that it knows. */
const ACCEPTED = ['zstd', 'lz4', 'gzip', 'snappy'] as const;
const ACCEPTED_TYPES = ACCEPTED.map((type) => COMPRESSION_TYPES.indexOf(type));

export function getTelemetrySubscriptionsHandler({
  telemetry,
}: {
  readonly telemetry: ClientTelemetry;
}): RequestHandler {
  return handler(GetTelemetrySubscriptionsApi, (request, context) => {
    const clientInstanceId =
      request.clientInstanceId === ZERO_TOPIC_ID
        ? telemetry.newClientInstanceId()
        : request.clientInstanceId;
    const given = telemetry.subscription(telemetryClientOf(clientInstanceId, context));
    if (given.error !== 'NONE') {
      return {
        ...{ throttleTimeMs: 0, errorCode: ERROR_CODES[given.error].code },
        ...{ clientInstanceId: ZERO_TOPIC_ID, subscriptionId: 0, acceptedCompressionTypes: [] },
        ...{ pushIntervalMs: 0, telemetryMaxBytes: 0, deltaTemporality: false },
        requestedMetrics: [],
      };
    }
    const { subscriptionId, pushIntervalMs, telemetryMaxBytes, metrics } = given;
    return {
      ...{ throttleTimeMs: 0, errorCode: 0, clientInstanceId, subscriptionId },
      ...{ acceptedCompressionTypes: ACCEPTED_TYPES, pushIntervalMs, telemetryMaxBytes },
      ...{ deltaTemporality: true, requestedMetrics: [...metrics] },
    };
  });
}
