// ControllerRegistration, key 70, version 0, flexible since 0.
import { api, array, bool, int16, int32, string, uint16, uuid } from '../schema.ts';

export const ControllerRegistrationApi = api({
  key: 70,
  name: 'ControllerRegistration',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    controllerId: int32,
    incarnationId: uuid,
    zkMigrationReady: bool,
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
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull(),
  },
});
