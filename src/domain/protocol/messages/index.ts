// Every live API of Kafka 4.4, in the order of the keys.
import type { ApiDefinition } from '../schema.ts';
import { AddOffsetsToTxnApi } from './add-offsets-to-txn.ts';
import { AddPartitionsToTxnApi } from './add-partitions-to-txn.ts';
import { AddRaftVoterApi } from './add-raft-voter.ts';
import { AllocateProducerIdsApi } from './allocate-producer-ids.ts';
import { AlterClientQuotasApi } from './alter-client-quotas.ts';
import { AlterConfigsApi } from './alter-configs.ts';
import { AlterPartitionApi } from './alter-partition.ts';
import { AlterPartitionReassignmentsApi } from './alter-partition-reassignments.ts';
import { AlterReplicaLogDirsApi } from './alter-replica-log-dirs.ts';
import { AlterShareGroupOffsetsApi } from './alter-share-group-offsets.ts';
import { AlterUserScramCredentialsApi } from './alter-user-scram-credentials.ts';
import { ApiVersionsApi } from './api-versions.ts';
import { AssignReplicasToDirsApi } from './assign-replicas-to-dirs.ts';
import { BeginQuorumEpochApi } from './begin-quorum-epoch.ts';
import { BrokerHeartbeatApi } from './broker-heartbeat.ts';
import { BrokerRegistrationApi } from './broker-registration.ts';
import { ConsumerGroupDescribeApi } from './consumer-group-describe.ts';
import { ConsumerGroupHeartbeatApi } from './consumer-group-heartbeat.ts';
import { ControllerRegistrationApi } from './controller-registration.ts';
import { CreateAclsApi } from './create-acls.ts';
import { CreateDelegationTokenApi } from './create-delegation-token.ts';
import { CreatePartitionsApi } from './create-partitions.ts';
import { CreateTopicsApi } from './create-topics.ts';
import { DeleteAclsApi } from './delete-acls.ts';
import { DeleteGroupsApi } from './delete-groups.ts';
import { DeleteRecordsApi } from './delete-records.ts';
import { DeleteShareGroupOffsetsApi } from './delete-share-group-offsets.ts';
import { DeleteShareGroupStateApi } from './delete-share-group-state.ts';
import { DeleteTopicsApi } from './delete-topics.ts';
import { DescribeAclsApi } from './describe-acls.ts';
import { DescribeClientQuotasApi } from './describe-client-quotas.ts';
import { DescribeClusterApi } from './describe-cluster.ts';
import { DescribeConfigsApi } from './describe-configs.ts';
import { DescribeDelegationTokenApi } from './describe-delegation-token.ts';
import { DescribeGroupsApi } from './describe-groups.ts';
import { DescribeLogDirsApi } from './describe-log-dirs.ts';
import { DescribeProducersApi } from './describe-producers.ts';
import { DescribeQuorumApi } from './describe-quorum.ts';
import { DescribeShareGroupOffsetsApi } from './describe-share-group-offsets.ts';
import { DescribeTopicPartitionsApi } from './describe-topic-partitions.ts';
import { DescribeTransactionsApi } from './describe-transactions.ts';
import { DescribeUserScramCredentialsApi } from './describe-user-scram-credentials.ts';
import { ElectLeadersApi } from './elect-leaders.ts';
import { EndQuorumEpochApi } from './end-quorum-epoch.ts';
import { EndTxnApi } from './end-txn.ts';
import { EnvelopeApi } from './envelope.ts';
import { ExpireDelegationTokenApi } from './expire-delegation-token.ts';
import { FetchApi } from './fetch.ts';
import { FetchSnapshotApi } from './fetch-snapshot.ts';
import { FindCoordinatorApi } from './find-coordinator.ts';
import { GetTelemetrySubscriptionsApi } from './get-telemetry-subscriptions.ts';
import { HeartbeatApi } from './heartbeat.ts';
import { IncrementalAlterConfigsApi } from './incremental-alter-configs.ts';
import { InitProducerIdApi } from './init-producer-id.ts';
import { InitializeShareGroupStateApi } from './initialize-share-group-state.ts';
import { JoinGroupApi } from './join-group.ts';
import { LeaveGroupApi } from './leave-group.ts';
import { ListConfigResourcesApi } from './list-config-resources.ts';
import { ListGroupsApi } from './list-groups.ts';
import { ListOffsetsApi } from './list-offsets.ts';
import { ListPartitionReassignmentsApi } from './list-partition-reassignments.ts';
import { ListTransactionsApi } from './list-transactions.ts';
import { MetadataApi } from './metadata.ts';
import { OffsetCommitApi } from './offset-commit.ts';
import { OffsetDeleteApi } from './offset-delete.ts';
import { OffsetFetchApi } from './offset-fetch.ts';
import { OffsetForLeaderEpochApi } from './offset-for-leader-epoch.ts';
import { ProduceApi } from './produce.ts';
import { PushTelemetryApi } from './push-telemetry.ts';
import { ReadShareGroupStateApi } from './read-share-group-state.ts';
import { ReadShareGroupStateSummaryApi } from './read-share-group-state-summary.ts';
import { RemoveRaftVoterApi } from './remove-raft-voter.ts';
import { RenewDelegationTokenApi } from './renew-delegation-token.ts';
import { SaslAuthenticateApi } from './sasl-authenticate.ts';
import { SaslHandshakeApi } from './sasl-handshake.ts';
import { ShareAcknowledgeApi } from './share-acknowledge.ts';
import { ShareFetchApi } from './share-fetch.ts';
import { ShareGroupDescribeApi } from './share-group-describe.ts';
import { ShareGroupHeartbeatApi } from './share-group-heartbeat.ts';
import { StreamsGroupDescribeApi } from './streams-group-describe.ts';
import { StreamsGroupHeartbeatApi } from './streams-group-heartbeat.ts';
import { StreamsGroupTopologyDescriptionUpdateApi } from './streams-group-topology-description-update.ts';
import { SyncGroupApi } from './sync-group.ts';
import { TxnOffsetCommitApi } from './txn-offset-commit.ts';
import { UnregisterBrokerApi } from './unregister-broker.ts';
import { UnregisterControllerApi } from './unregister-controller.ts';
import { UpdateFeaturesApi } from './update-features.ts';
import { UpdateRaftVoterApi } from './update-raft-voter.ts';
import { VoteApi } from './vote.ts';
import { WriteShareGroupStateApi } from './write-share-group-state.ts';
import { WriteTxnMarkersApi } from './write-txn-markers.ts';

export const ALL_APIS: readonly ApiDefinition[] = [
  ProduceApi,
  FetchApi,
  ListOffsetsApi,
  MetadataApi,
  OffsetCommitApi,
  OffsetFetchApi,
  FindCoordinatorApi,
  JoinGroupApi,
  HeartbeatApi,
  LeaveGroupApi,
  SyncGroupApi,
  DescribeGroupsApi,
  ListGroupsApi,
  SaslHandshakeApi,
  ApiVersionsApi,
  CreateTopicsApi,
  DeleteTopicsApi,
  DeleteRecordsApi,
  InitProducerIdApi,
  OffsetForLeaderEpochApi,
  AddPartitionsToTxnApi,
  AddOffsetsToTxnApi,
  EndTxnApi,
  WriteTxnMarkersApi,
  TxnOffsetCommitApi,
  DescribeAclsApi,
  CreateAclsApi,
  DeleteAclsApi,
  DescribeConfigsApi,
  AlterConfigsApi,
  AlterReplicaLogDirsApi,
  DescribeLogDirsApi,
  SaslAuthenticateApi,
  CreatePartitionsApi,
  CreateDelegationTokenApi,
  RenewDelegationTokenApi,
  ExpireDelegationTokenApi,
  DescribeDelegationTokenApi,
  DeleteGroupsApi,
  ElectLeadersApi,
  IncrementalAlterConfigsApi,
  AlterPartitionReassignmentsApi,
  ListPartitionReassignmentsApi,
  OffsetDeleteApi,
  DescribeClientQuotasApi,
  AlterClientQuotasApi,
  DescribeUserScramCredentialsApi,
  AlterUserScramCredentialsApi,
  VoteApi,
  BeginQuorumEpochApi,
  EndQuorumEpochApi,
  DescribeQuorumApi,
  AlterPartitionApi,
  UpdateFeaturesApi,
  EnvelopeApi,
  FetchSnapshotApi,
  DescribeClusterApi,
  DescribeProducersApi,
  BrokerRegistrationApi,
  BrokerHeartbeatApi,
  UnregisterBrokerApi,
  DescribeTransactionsApi,
  ListTransactionsApi,
  AllocateProducerIdsApi,
  ConsumerGroupHeartbeatApi,
  ConsumerGroupDescribeApi,
  ControllerRegistrationApi,
  GetTelemetrySubscriptionsApi,
  PushTelemetryApi,
  AssignReplicasToDirsApi,
  ListConfigResourcesApi,
  DescribeTopicPartitionsApi,
  ShareGroupHeartbeatApi,
  ShareGroupDescribeApi,
  ShareFetchApi,
  ShareAcknowledgeApi,
  AddRaftVoterApi,
  RemoveRaftVoterApi,
  UpdateRaftVoterApi,
  InitializeShareGroupStateApi,
  ReadShareGroupStateApi,
  WriteShareGroupStateApi,
  DeleteShareGroupStateApi,
  ReadShareGroupStateSummaryApi,
  StreamsGroupHeartbeatApi,
  StreamsGroupDescribeApi,
  DescribeShareGroupOffsetsApi,
  AlterShareGroupOffsetsApi,
  DeleteShareGroupOffsetsApi,
  StreamsGroupTopologyDescriptionUpdateApi,
  UnregisterControllerApi,
];

export {
  AddOffsetsToTxnApi,
  AddPartitionsToTxnApi,
  AddRaftVoterApi,
  AllocateProducerIdsApi,
  AlterClientQuotasApi,
  AlterConfigsApi,
  AlterPartitionApi,
  AlterPartitionReassignmentsApi,
  AlterReplicaLogDirsApi,
  AlterShareGroupOffsetsApi,
  AlterUserScramCredentialsApi,
  ApiVersionsApi,
  AssignReplicasToDirsApi,
  BeginQuorumEpochApi,
  BrokerHeartbeatApi,
  BrokerRegistrationApi,
  ConsumerGroupDescribeApi,
  ConsumerGroupHeartbeatApi,
  ControllerRegistrationApi,
  CreateAclsApi,
  CreateDelegationTokenApi,
  CreatePartitionsApi,
  CreateTopicsApi,
  DeleteAclsApi,
  DeleteGroupsApi,
  DeleteRecordsApi,
  DeleteShareGroupOffsetsApi,
  DeleteShareGroupStateApi,
  DeleteTopicsApi,
  DescribeAclsApi,
  DescribeClientQuotasApi,
  DescribeClusterApi,
  DescribeConfigsApi,
  DescribeDelegationTokenApi,
  DescribeGroupsApi,
  DescribeLogDirsApi,
  DescribeProducersApi,
  DescribeQuorumApi,
  DescribeShareGroupOffsetsApi,
  DescribeTopicPartitionsApi,
  DescribeTransactionsApi,
  DescribeUserScramCredentialsApi,
  ElectLeadersApi,
  EndQuorumEpochApi,
  EndTxnApi,
  EnvelopeApi,
  ExpireDelegationTokenApi,
  FetchApi,
  FetchSnapshotApi,
  FindCoordinatorApi,
  GetTelemetrySubscriptionsApi,
  HeartbeatApi,
  IncrementalAlterConfigsApi,
  InitializeShareGroupStateApi,
  InitProducerIdApi,
  JoinGroupApi,
  LeaveGroupApi,
  ListConfigResourcesApi,
  ListGroupsApi,
  ListOffsetsApi,
  ListPartitionReassignmentsApi,
  ListTransactionsApi,
  MetadataApi,
  OffsetCommitApi,
  OffsetDeleteApi,
  OffsetFetchApi,
  OffsetForLeaderEpochApi,
  ProduceApi,
  PushTelemetryApi,
  ReadShareGroupStateApi,
  ReadShareGroupStateSummaryApi,
  RemoveRaftVoterApi,
  RenewDelegationTokenApi,
  SaslAuthenticateApi,
  SaslHandshakeApi,
  ShareAcknowledgeApi,
  ShareFetchApi,
  ShareGroupDescribeApi,
  ShareGroupHeartbeatApi,
  StreamsGroupDescribeApi,
  StreamsGroupHeartbeatApi,
  StreamsGroupTopologyDescriptionUpdateApi,
  SyncGroupApi,
  TxnOffsetCommitApi,
  UnregisterBrokerApi,
  UnregisterControllerApi,
  UpdateFeaturesApi,
  UpdateRaftVoterApi,
  VoteApi,
  WriteShareGroupStateApi,
  WriteTxnMarkersApi,
};
