// PushTelemetry, key 72, version 0, flexible since 0.
import { api, bool, bytes, int8, int16, int32, uuid } from '../schema.ts';

export const PushTelemetryApi = api({
  key: 72,
  name: 'PushTelemetry',
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    clientInstanceId: uuid,
    subscriptionId: int32,
    terminating: bool,
    compressionType: int8,
    metrics: bytes,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
  },
});
