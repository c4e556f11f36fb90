// StreamsGroupTopologyDescriptionUpdate (93), version 0 (KIP-1331).
// - Kafka hands descriptions to a plug-in and has none by itself; without one it answers as here.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { StreamsGroupTopologyDescriptionUpdateApi } from '../../../domain/protocol/messages/streams-group-topology-description-update.ts';
import type { StreamsGroupCoordinator } from '../../../ports/streams-groups.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function streamsGroupTopologyDescriptionUpdateHandler(options: {
  readonly streamsGroups: Pick<StreamsGroupCoordinator, 'updateTopologyDescription'>;
}): RequestHandler {
  return handler(StreamsGroupTopologyDescriptionUpdateApi, () => {
    const { error, message } = options.streamsGroups.updateTopologyDescription();
    return { throttleTimeMs: 0, errorCode: ERROR_CODES[error].code, errorMessage: message };
  });
}
