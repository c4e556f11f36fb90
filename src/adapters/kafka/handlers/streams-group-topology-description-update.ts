// StreamsGroupTopologyDescriptionUpdate (93), version 0 (KIP-1331).
// - Kafka hands descriptions to a plug-in and has none by itself; without one it answers as here.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { StreamsGroupTopologyDescriptionUpdateApi } from '../../../domain/protocol/messages/streams-group-topology-description-update.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function streamsGroupTopologyDescriptionUpdateHandler(): RequestHandler {
  return handler(StreamsGroupTopologyDescriptionUpdateApi, () => ({
    throttleTimeMs: 0,
    errorCode: ERROR_CODES.UNSUPPORTED_VERSION.code,
    errorMessage: 'The broker has no streams group topology description plugin configured.',
  }));
}
