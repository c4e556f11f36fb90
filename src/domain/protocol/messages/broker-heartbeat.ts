// BrokerHeartbeat, key 63, versions 0 to 2, flexible since 0.
import { api, array, bool, int16, int32, int64, uuid } from '../schema.ts';

export const BrokerHeartbeatApi = api({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32,
    brokerEpoch: int64.default(-1n),
    currentMetadataOffset: int64,
    wantFence: bool,
    wantShutDown: bool,
    offlineLogDirs: array(uuid).tagged(0, 1),
    cordonedLogDirs: array(uuid).tagged(1, 2).orNull().default(null),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    isCaughtUp: bool.default(false),
    isFenced: bool.default(true),
    shouldShutDown: bool,
  },
});
