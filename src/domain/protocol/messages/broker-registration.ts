// BrokerRegistration, key 62, versions 0 to 4, flexible since 0.
import { api, array, bool, int16, int32, int64, string, uint16, uuid } from '../schema.ts';

export const BrokerRegistrationApi = api({
  key: 62,
  name: 'BrokerRegistration',
  versions: [0, 4],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32,
    clusterId: string,
    incarnationId: uuid,
    listeners: array({
      name: string,
      host: string,
      port: uint16,
      securityProtocol: int16,
    }),
    features: array({
      name: string,
      minSupportedVersion: int16,
      maxSupportedVersion: int16,
    }),
    rack: string.orNull(),
    isMigratingZkBroker: bool.since(1).default(false),
    logDirs: array(uuid).since(2).ignorable(),
    previousBrokerEpoch: int64.since(3).default(-1n).ignorable(),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    brokerEpoch: int64.default(-1n),
  },
});
