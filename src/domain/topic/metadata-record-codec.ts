import {
  ClientQuotaRecord,
  ConfigRecord,
  DelegationTokenRecord,
  decodeMetadataRecord,
  encodeMetadataRecord,
  FeatureLevelRecord,
  metadataRecordAs,
  PartitionRecord,
  ProducerIdsRecord,
  RemoveDelegationTokenRecord,
  RemoveTopicRecord,
  RemoveUserScramCredentialRecord,
  TopicRecord,
  UserScramCredentialRecord,
} from '../protocol/records/metadata.ts';
import type { MessageOf } from '../protocol/schema.ts';
import { isQuotaEntityType, type QuotaEntity } from '../quota/quota-entity.ts';
import type { QuotaKey } from '../quota/quota-value.ts';
import { SCRAM_MECHANISM_TYPES, scramMechanismOf } from '../scram-credential/scram-mechanism.ts';
import {
  CONFIG_RESOURCE_TYPES,
  type ConfigResourceType,
  type MetadataRecord,
} from './metadata-record.ts';

const RESOURCE_TYPE_BY_NUMBER = new Map<number, ConfigResourceType>(
  Object.entries(CONFIG_RESOURCE_TYPES).map(([type, id]) => [id, type as ConfigResourceType]),
);

/** A change as the value of a record in Kafka's metadata log. */
export function encodeMetadataChange(record: MetadataRecord): Uint8Array {
  switch (record.kind) {
    case 'topic':
      return encodeMetadataRecord(TopicRecord, 0, { topicId: record.topicId, name: record.name });
    case 'partition': {
      const { topicId, leader, leaderEpoch } = record;
      const replicas = [...record.replicas];
      return encodeMetadataRecord(PartitionRecord, 0, {
        partitionId: record.partition,
        topicId,
        replicas,
        isr: replicas,
        removingReplicas: [],
        addingReplicas: [],
        leader,
        leaderEpoch,
        partitionEpoch: 0,
      });
    }
    case 'removeTopic':
      return encodeMetadataRecord(RemoveTopicRecord, 0, { topicId: record.topicId });
    case 'config': {
      const { resourceName, name, value } = record;
      const resourceType = CONFIG_RESOURCE_TYPES[record.resourceType];
      return encodeMetadataRecord(ConfigRecord, 0, { resourceType, resourceName, name, value });
    }
    case 'clientQuota': {
      const { key, value } = record;
      return encodeMetadataRecord(ClientQuotaRecord, 0, {
        entity: [...record.entity].map(([entityType, entityName]) => ({ entityType, entityName })),
        ...{ key, value: value ?? 0, remove: value === null },
      });
    }
    case 'delegationToken': {
      const { tokenId, owner, requester, renewers, ...times } = record.token;
      return encodeMetadataRecord(DelegationTokenRecord, 0, {
        ...{ tokenId, owner, requester, renewers: [...renewers] },
        issueTimestamp: times.issueTimestampMs,
        maxTimestamp: times.maxTimestampMs,
        expirationTimestamp: times.expiryTimestampMs,
      });
    }
    case 'removeDelegationToken':
      return encodeMetadataRecord(RemoveDelegationTokenRecord, 0, { tokenId: record.tokenId });
    case 'scramCredential': {
      const { user, mechanism, ...credential } = record.credential;
      return encodeMetadataRecord(UserScramCredentialRecord, 0, {
        ...{ name: user, mechanism: SCRAM_MECHANISM_TYPES[mechanism], ...credential },
      });
    }
    case 'removeScramCredential':
      return encodeMetadataRecord(RemoveUserScramCredentialRecord, 0, {
        ...{ name: record.user, mechanism: SCRAM_MECHANISM_TYPES[record.mechanism] },
      });
    case 'featureLevel': {
      const { name, level } = record;
      return encodeMetadataRecord(FeatureLevelRecord, 0, { name, featureLevel: level });
    }
    case 'producerIds': {
      const { brokerId, nextProducerId } = record;
      return encodeMetadataRecord(ProducerIdsRecord, 0, { brokerId, nextProducerId });
    }
  }
}

/** The change a record stands for; undefined for the many kinds that mean nothing here. */
export function decodeMetadataChange(bytes: Uint8Array): MetadataRecord | undefined {
  const record = decodeMetadataRecord(bytes);
  const topic = metadataRecordAs(record, TopicRecord);
  if (topic) return { kind: 'topic', topicId: topic.topicId, name: topic.name };
  const partition = metadataRecordAs(record, PartitionRecord);
  if (partition) {
    const { partitionId, topicId, leader, leaderEpoch, replicas } = partition;
    return { kind: 'partition', topicId, partition: partitionId, leader, leaderEpoch, replicas };
  }
  const removed = metadataRecordAs(record, RemoveTopicRecord);
  if (removed) return { kind: 'removeTopic', topicId: removed.topicId };
  const config = metadataRecordAs(record, ConfigRecord);
  if (config) {
    const resourceType = RESOURCE_TYPE_BY_NUMBER.get(config.resourceType);
    if (resourceType === undefined) return undefined;
    const { resourceName, name, value } = config;
    return { kind: 'config', resourceType, resourceName, name, value };
  }
  const quota = metadataRecordAs(record, ClientQuotaRecord);
  if (quota) {
    const parts = quota.entity.map(({ entityType, entityName }) => [entityType, entityName]);
    if (!parts.every(([type]) => isQuotaEntityType(type!))) return undefined;
    const entity = new Map(parts as [never, string | null][]) as QuotaEntity;
    const value = quota.remove ? null : quota.value;
    return { kind: 'clientQuota', entity, key: quota.key as QuotaKey, value };
  }
  const token = metadataRecordAs(record, DelegationTokenRecord);
  if (token) {
    const { issueTimestamp, maxTimestamp, expirationTimestamp, ...who } = token;
    const times = { issueTimestampMs: issueTimestamp, maxTimestampMs: maxTimestamp };
    return {
      kind: 'delegationToken',
      token: { ...who, ...times, expiryTimestampMs: expirationTimestamp },
    };
  }
  const ended = metadataRecordAs(record, RemoveDelegationTokenRecord);
  if (ended) return { kind: 'removeDelegationToken', tokenId: ended.tokenId };
  const scram = metadataRecordAs(record, UserScramCredentialRecord);
  if (scram) return scramCredentialChange(scram);
  const forgotten = metadataRecordAs(record, RemoveUserScramCredentialRecord);
  if (forgotten) {
    const mechanism = scramMechanismOf(forgotten.mechanism);
    if (mechanism === undefined) return undefined;
    return { kind: 'removeScramCredential', user: forgotten.name, mechanism };
  }
  const feature = metadataRecordAs(record, FeatureLevelRecord);
  if (feature) return { kind: 'featureLevel', name: feature.name, level: feature.featureLevel };
  const ids = metadataRecordAs(record, ProducerIdsRecord);
  if (!ids) return undefined;
  return { kind: 'producerIds', brokerId: ids.brokerId, nextProducerId: ids.nextProducerId };
}

function scramCredentialChange({
  name,
  mechanism: type,
  iterations,
  ...secrets
}: MessageOf<typeof UserScramCredentialRecord>): MetadataRecord | undefined {
  const mechanism = scramMechanismOf(type);
  if (mechanism === undefined) return undefined;
  // Copies: what was read is a view on a mebibyte of the log.
  const [salt, storedKey, serverKey] = [secrets.salt, secrets.storedKey, secrets.serverKey].map(
    (bytes) => bytes.slice(),
  ) as [Uint8Array, Uint8Array, Uint8Array];
  return {
    kind: 'scramCredential',
    credential: { user: name, mechanism, salt, storedKey, serverKey, iterations },
  };
}
