// Records of `__cluster_metadata`: security, quotas, features, producer ids and transactions of the
// log itself.
import {
  array,
  bool,
  bytes,
  float64,
  int8,
  int16,
  int32,
  int64,
  message,
  string,
  uuid,
} from '../schema.ts';

export const DelegationTokenRecord = message({
  name: 'DelegationTokenRecord',
  recordType: 10,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    owner: string,
    requester: string,
    renewers: array(string),
    issueTimestamp: int64,
    maxTimestamp: int64,
    expirationTimestamp: int64,
    tokenId: string,
  },
});

export const UserScramCredentialRecord = message({
  name: 'UserScramCredentialRecord',
  recordType: 11,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string,
    mechanism: int8,
    salt: bytes,
    storedKey: bytes,
    serverKey: bytes,
    iterations: int32,
  },
});

export const FeatureLevelRecord = message({
  name: 'FeatureLevelRecord',
  recordType: 12,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string,
    featureLevel: int16,
  },
});

export const ClientQuotaRecord = message({
  name: 'ClientQuotaRecord',
  recordType: 14,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    entity: array({
      entityType: string,
      entityName: string.orNull(),
    }),
    key: string,
    value: float64,
    remove: bool,
  },
});

export const ProducerIdsRecord = message({
  name: 'ProducerIdsRecord',
  recordType: 15,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64.default(-1n),
    nextProducerId: int64,
  },
});

export const AccessControlEntryRecord = message({
  name: 'AccessControlEntryRecord',
  recordType: 18,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    id: uuid,
    resourceType: int8,
    resourceName: string,
    patternType: int8,
    principal: string,
    host: string,
    operation: int8,
    permissionType: int8,
  },
});

export const RemoveAccessControlEntryRecord = message({
  name: 'RemoveAccessControlEntryRecord',
  recordType: 19,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    id: uuid,
  },
});

export const NoOpRecord = message({
  name: 'NoOpRecord',
  recordType: 20,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {},
});

export const ZkMigrationStateRecord = message({
  name: 'ZkMigrationStateRecord',
  recordType: 21,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    zkMigrationState: int8,
  },
});

export const RemoveUserScramCredentialRecord = message({
  name: 'RemoveUserScramCredentialRecord',
  recordType: 22,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string,
    mechanism: int8,
  },
});

export const BeginTransactionRecord = message({
  name: 'BeginTransactionRecord',
  recordType: 23,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string.tagged(0, 0).orNull().default(null),
  },
});

export const EndTransactionRecord = message({
  name: 'EndTransactionRecord',
  recordType: 24,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {},
});

export const AbortTransactionRecord = message({
  name: 'AbortTransactionRecord',
  recordType: 25,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    reason: string.tagged(0, 0).orNull().default(null),
  },
});

export const RemoveDelegationTokenRecord = message({
  name: 'RemoveDelegationTokenRecord',
  recordType: 26,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    tokenId: string,
  },
});
