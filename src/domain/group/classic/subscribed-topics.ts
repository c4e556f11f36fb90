import { ConsumerProtocolSubscription } from '../../protocol/data/consumer-protocol.ts';
import { decodeRecord } from '../../protocol/record-codec.ts';
import { ProtocolError } from '../../wire/protocol-error.ts';

/**
 * The topics of a member's subscription; undefined when the bytes are no such thing, for a classic
 * group's metadata belongs to its members and not to the broker.
 */
export function subscribedTopicsOf(metadata: Uint8Array): readonly string[] | undefined {
  try {
    return decodeRecord(ConsumerProtocolSubscription, metadata).topics;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
