import { ApiVersionsApi } from '../../domain/protocol/messages/api-versions.ts';
import type { RequestInput, ResponseOf } from '../../domain/protocol/schema.ts';
import { WireReader } from '../../domain/wire/wire-reader.ts';
import { answerError } from './answer-error.ts';
import { decodeResponse } from './request-bytes.ts';
import type { SupportedVersions } from './supported-versions.ts';

/** Every broker since 2.4 speaks it, and later versions tell nothing this client needs. */
const FIRST_TRY = 3;
const UNSUPPORTED_VERSION = 35;
const CORRELATION_ID_BYTES = 4;

type Exchange = (
  version: number,
  request: RequestInput<typeof ApiVersionsApi>,
) => Promise<Uint8Array>;

/** Asks what the broker speaks; one too old for the question answers in version 0, as KIP-511 has it. */
export async function askVersions(exchange: Exchange): Promise<SupportedVersions> {
  const client = { clientSoftwareName: 'kawadb', clientSoftwareVersion: '0.1' };
  const answer = await exchange(FIRST_TRY, client);
  if (new WireReader(answer, CORRELATION_ID_BYTES).readInt16() !== UNSUPPORTED_VERSION) {
    return versionsOf(decodeResponse(ApiVersionsApi, FIRST_TRY, answer));
  }
  return versionsOf(decodeResponse(ApiVersionsApi, 0, await exchange(0, {})));
}

function versionsOf({ errorCode, apiKeys }: ResponseOf<typeof ApiVersionsApi>): SupportedVersions {
  if (errorCode !== 0) throw answerError(errorCode, 'the broker does not tell its versions');
  return new Map(
    apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion]]),
  );
}
