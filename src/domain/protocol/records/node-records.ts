// Records of `__cluster_metadata`: brokers and controllers.
import {
  array,
  bool,
  int8,
  int16,
  int32,
  int64,
  message,
  string,
  uint16,
  uuid,
} from '../schema.ts';

export const RegisterBrokerRecord = message({
  name: 'RegisterBrokerRecord',
  recordType: 0,
  versions: [0, 4],
  flexibleSince: 0,
  fields: {
    brokerId: int32,
    isMigratingZkBroker: bool.since(2).default(false),
    incarnationId: uuid,
    brokerEpoch: int64,
    endPoints: array({
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
    fenced: bool.default(true),
    inControlledShutdown: bool.since(1).default(false),
    logDirs: array(uuid).tagged(0, 3),
    cordonedLogDirs: array(uuid).tagged(1, 4).orNull().default(null),
  },
});

export const UnregisterBrokerRecord = message({
  name: 'UnregisterBrokerRecord',
  recordType: 1,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64,
  },
});

export const FenceBrokerRecord = message({
  name: 'FenceBrokerRecord',
  recordType: 7,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    id: int32,
    epoch: int64,
  },
});

export const UnfenceBrokerRecord = message({
  name: 'UnfenceBrokerRecord',
  recordType: 8,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    id: int32,
    epoch: int64,
  },
});

export const BrokerRegistrationChangeRecord = message({
  name: 'BrokerRegistrationChangeRecord',
  recordType: 17,
  versions: [0, 3],
  flexibleSince: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64,
    fenced: int8.tagged(0, 0),
    inControlledShutdown: int8.tagged(1, 1),
    logDirs: array(uuid).tagged(2, 2),
    cordonedLogDirs: array(uuid).tagged(3, 3).orNull().default(null),
  },
});

export const RegisterControllerRecord = message({
  name: 'RegisterControllerRecord',
  recordType: 27,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    controllerId: int32,
    incarnationId: uuid,
    zkMigrationReady: bool,
    endPoints: array({
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
});

export const UnregisterControllerRecord = message({
  name: 'UnregisterControllerRecord',
  recordType: 29,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    controllerId: int32,
  },
});
