import { ERROR_CODES } from '../../../domain/error-code.ts';
import { SaslAuthenticateApi } from '../../../domain/protocol/messages/sasl-authenticate.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

// SaslAuthenticate (36), versions 0-2, as a listener without SASL answers it.
// - Nothing to authenticate with: ILLEGAL_SASL_STATE; the connection stays usable.

export function saslAuthenticateHandler(): RequestHandler {
  return handler(SaslAuthenticateApi, () => ({
    errorCode: ERROR_CODES.ILLEGAL_SASL_STATE.code,
    errorMessage: 'SaslAuthenticate request received after successful authentication',
    authBytes: new Uint8Array(),
    sessionLifetimeMs: 0n,
  }));
}
