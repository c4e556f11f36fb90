import { ERROR_CODES } from '../../../domain/error-code.ts';
import { SaslHandshakeApi } from '../../../domain/protocol/messages/sasl-handshake.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

// SaslHandshake (17), versions 0-1, as a listener without SASL answers it.
// - Nothing to authenticate with: ILLEGAL_SASL_STATE and no mechanisms; the connection stays usable.

export function saslHandshakeHandler(): RequestHandler {
  return handler(SaslHandshakeApi, () => ({
    errorCode: ERROR_CODES.ILLEGAL_SASL_STATE.code,
    mechanisms: [],
  }));
}
