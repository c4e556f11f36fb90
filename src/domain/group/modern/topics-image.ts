import type { ClusterMetadata } from '../../topic/cluster-metadata.ts';

/** What groups see of the cluster: its topics at one moment (Kafka's CoordinatorMetadataImage). */
export type TopicsImage = Pick<ClusterMetadata, 'topicsByName' | 'topicsById'>;
