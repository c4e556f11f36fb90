import type { DelegationToken } from '../delegation-token/delegation-token.ts';
import type { QuotaEntity } from '../quota/quota-entity.ts';
import type { QuotaKey } from '../quota/quota-value.ts';
import type { ScramCredential } from '../scram-credential/scram-credential.ts';
import type { ScramMechanism } from '../scram-credential/scram-mechanism.ts';
import type { TopicId } from '../topic-partition.ts';

/** A change of the cluster's metadata: what the records of Kafka's metadata log say, by the fields used here. */
export type MetadataRecord =
  | { readonly kind: 'topic'; readonly topicId: TopicId; readonly name: string }
  | {
      readonly kind: 'partition';
      readonly topicId: TopicId;
      readonly partition: number;
      readonly leader: number;
      readonly leaderEpoch: number;
      readonly replicas: readonly number[];
    }
  | { readonly kind: 'removeTopic'; readonly topicId: TopicId }
  | {
      readonly kind: 'config';
      readonly resourceType: ConfigResourceType;
      /** A topic, group or subscription; for brokers a node id, or '' for all of them. */
      readonly resourceName: string;
      readonly name: string;
      /** Null takes the config away. */
      readonly value: string | null;
    }
  | {
      readonly kind: 'clientQuota';
      readonly entity: QuotaEntity;
      readonly key: QuotaKey;
      /** Null takes the quota away. */
      readonly value: number | null;
    }
  /** A new token, or a known one with another end. */
  | { readonly kind: 'delegationToken'; readonly token: DelegationToken }
  | { readonly kind: 'removeDelegationToken'; readonly tokenId: string }
  /** A new credential, or another in place of the user's of that mechanism. */
  | { readonly kind: 'scramCredential'; readonly credential: ScramCredential }
  | {
      readonly kind: 'removeScramCredential';
      readonly user: string;
      readonly mechanism: ScramMechanism;
    }
  | { readonly kind: 'featureLevel'; readonly name: string; readonly level: number }
  | { readonly kind: 'producerIds'; readonly brokerId: number; readonly nextProducerId: bigint };

/** The resources that have configs of their own; numbers are those of Kafka's ConfigResource.Type. */
export const CONFIG_RESOURCE_TYPES = {
  topic: 2,
  broker: 4,
  clientMetrics: 16,
  group: 32,
} as const;

export type ConfigResourceType = keyof typeof CONFIG_RESOURCE_TYPES;
