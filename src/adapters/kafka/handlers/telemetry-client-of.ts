import type { TelemetryClient } from '../../../ports/client-telemetry.ts';
import type { RequestContext } from '../request-handler.ts';

const UNKNOWN = 'unknown';

export function telemetryClientOf(
  clientInstanceId: string,
  { clientId, software, clientHost, clientPort }: RequestContext,
): TelemetryClient {
  return {
    ...{ clientInstanceId, clientId: clientId ?? '' },
    softwareName: software?.name ?? UNKNOWN,
    softwareVersion: software?.version ?? UNKNOWN,
    ...{ sourceAddress: clientHost.replace('/', ''), sourcePort: clientPort ?? 0 },
  };
}
