// PushTelemetry, version 0.
// KIP-714: a client's metrics as OTLP, kept in a topic.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { PushTelemetryApi } from '../../../domain/protocol/messages/push-telemetry.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { ClientTelemetry } from '../../../ports/client-telemetry.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { telemetryClientOf } from './telemetry-client-of.ts';

export function pushTelemetryHandler({
  telemetry,
}: {
  readonly telemetry: ClientTelemetry;
}): RequestHandler {
  return handler(PushTelemetryApi, async (request, context) => {
    const { clientInstanceId } = request;
    const error =
      clientInstanceId === ZERO_TOPIC_ID
        ? 'INVALID_REQUEST'
        : await telemetry.push(telemetryClientOf(clientInstanceId, context), request);
    return { throttleTimeMs: 0, errorCode: ERROR_CODES[error].code };
  });
}
