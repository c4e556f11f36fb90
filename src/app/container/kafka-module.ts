import { ContainerModule } from 'inversify';
import { addOffsetsToTxnHandler } from '../../adapters/kafka/handlers/add-offsets-to-txn.ts';
import { addPartitionsToTxnHandler } from '../../adapters/kafka/handlers/add-partitions-to-txn.ts';
import { alterClientQuotasHandler } from '../../adapters/kafka/handlers/alter-client-quotas.ts';
import { alterConfigsHandler } from '../../adapters/kafka/handlers/alter-configs.ts';
import { alterPartitionReassignmentsHandler } from '../../adapters/kafka/handlers/alter-partition-reassignments.ts';
import { alterReplicaLogDirsHandler } from '../../adapters/kafka/handlers/alter-replica-log-dirs.ts';
import { alterShareGroupOffsetsHandler } from '../../adapters/kafka/handlers/alter-share-group-offsets.ts';
import { alterUserScramCredentialsHandler } from '../../adapters/kafka/handlers/alter-user-scram-credentials.ts';
import { consumerGroupDescribeHandler } from '../../adapters/kafka/handlers/consumer-group-describe.ts';
import { consumerGroupHeartbeatHandler } from '../../adapters/kafka/handlers/consumer-group-heartbeat.ts';
import { createAclsHandler } from '../../adapters/kafka/handlers/create-acls.ts';
import { createDelegationTokenHandler } from '../../adapters/kafka/handlers/create-delegation-token.ts';
import { createPartitionsHandler } from '../../adapters/kafka/handlers/create-partitions.ts';
import { createTopicsHandler } from '../../adapters/kafka/handlers/create-topics.ts';
import { deleteAclsHandler } from '../../adapters/kafka/handlers/delete-acls.ts';
import { deleteGroupsHandler } from '../../adapters/kafka/handlers/delete-groups.ts';
import { deleteRecordsHandler } from '../../adapters/kafka/handlers/delete-records.ts';
import { deleteShareGroupOffsetsHandler } from '../../adapters/kafka/handlers/delete-share-group-offsets.ts';
import { deleteTopicsHandler } from '../../adapters/kafka/handlers/delete-topics.ts';
import { describeAclsHandler } from '../../adapters/kafka/handlers/describe-acls.ts';
import { describeClientQuotasHandler } from '../../adapters/kafka/handlers/describe-client-quotas.ts';
import { describeClusterHandler } from '../../adapters/kafka/handlers/describe-cluster.ts';
import { describeConfigsHandler } from '../../adapters/kafka/handlers/describe-configs.ts';
import { describeDelegationTokenHandler } from '../../adapters/kafka/handlers/describe-delegation-token.ts';
import { describeGroupsHandler } from '../../adapters/kafka/handlers/describe-groups.ts';
import { describeLogDirsHandler } from '../../adapters/kafka/handlers/describe-log-dirs.ts';
import { describeProducersHandler } from '../../adapters/kafka/handlers/describe-producers.ts';
import { describeQuorumHandler } from '../../adapters/kafka/handlers/describe-quorum.ts';
import { describeShareGroupOffsetsHandler } from '../../adapters/kafka/handlers/describe-share-group-offsets.ts';
import { describeTopicPartitionsHandler } from '../../adapters/kafka/handlers/describe-topic-partitions.ts';
import { describeTransactionsHandler } from '../../adapters/kafka/handlers/describe-transactions.ts';
import { describeUserScramCredentialsHandler } from '../../adapters/kafka/handlers/describe-user-scram-credentials.ts';
import { electLeadersHandler } from '../../adapters/kafka/handlers/elect-leaders.ts';
import { endTxnHandler } from '../../adapters/kafka/handlers/end-txn.ts';
import { expireDelegationTokenHandler } from '../../adapters/kafka/handlers/expire-delegation-token.ts';
import { fetchHandler } from '../../adapters/kafka/handlers/fetch.ts';
import { findCoordinatorHandler } from '../../adapters/kafka/handlers/find-coordinator.ts';
import { getTelemetrySubscriptionsHandler } from '../../adapters/kafka/handlers/get-telemetry-subscriptions.ts';
import { heartbeatHandler } from '../../adapters/kafka/handlers/heartbeat.ts';
import { incrementalAlterConfigsHandler } from '../../adapters/kafka/handlers/incremental-alter-configs.ts';
import { initProducerIdHandler } from '../../adapters/kafka/handlers/init-producer-id.ts';
import { joinGroupHandler } from '../../adapters/kafka/handlers/join-group.ts';
import { leaveGroupHandler } from '../../adapters/kafka/handlers/leave-group.ts';
import { listConfigResourcesHandler } from '../../adapters/kafka/handlers/list-config-resources.ts';
import { listGroupsHandler } from '../../adapters/kafka/handlers/list-groups.ts';
import { listOffsetsHandler } from '../../adapters/kafka/handlers/list-offsets.ts';
import { listPartitionReassignmentsHandler } from '../../adapters/kafka/handlers/list-partition-reassignments.ts';
import { listTransactionsHandler } from '../../adapters/kafka/handlers/list-transactions.ts';
import { metadataHandler } from '../../adapters/kafka/handlers/metadata.ts';
import { offsetCommitHandler } from '../../adapters/kafka/handlers/offset-commit.ts';
import { offsetDeleteHandler } from '../../adapters/kafka/handlers/offset-delete.ts';
import { offsetFetchHandler } from '../../adapters/kafka/handlers/offset-fetch.ts';
import { offsetForLeaderEpochHandler } from '../../adapters/kafka/handlers/offset-for-leader-epoch.ts';
import { produceHandler } from '../../adapters/kafka/handlers/produce.ts';
import { pushTelemetryHandler } from '../../adapters/kafka/handlers/push-telemetry.ts';
import { renewDelegationTokenHandler } from '../../adapters/kafka/handlers/renew-delegation-token.ts';
import { shareAcknowledgeHandler } from '../../adapters/kafka/handlers/share-acknowledge.ts';
import { shareFetchHandler } from '../../adapters/kafka/handlers/share-fetch.ts';
import { shareGroupDescribeHandler } from '../../adapters/kafka/handlers/share-group-describe.ts';
import { shareGroupHeartbeatHandler } from '../../adapters/kafka/handlers/share-group-heartbeat.ts';
import { streamsGroupDescribeHandler } from '../../adapters/kafka/handlers/streams-group-describe.ts';
import { streamsGroupHeartbeatHandler } from '../../adapters/kafka/handlers/streams-group-heartbeat.ts';
import { streamsGroupTopologyDescriptionUpdateHandler } from '../../adapters/kafka/handlers/streams-group-topology-description-update.ts';
import { syncGroupHandler } from '../../adapters/kafka/handlers/sync-group.ts';
import { txnOffsetCommitHandler } from '../../adapters/kafka/handlers/txn-offset-commit.ts';
import { updateFeaturesHandler } from '../../adapters/kafka/handlers/update-features.ts';
import { writeTxnMarkersHandler } from '../../adapters/kafka/handlers/write-txn-markers.ts';
import { plaintextRegistry } from '../../adapters/kafka/kafka-listener.ts';
import { finalizedFeatures } from '../../domain/feature/features.ts';
import { TOKENS as T } from './tokens.ts';

/** The APIs of the Kafka listener. What is not bound here is not advertised. */
export const kafkaModule = new ContainerModule(({ bind }) => {
  bind(T.dataHandlers).toResolvedValue(
    (produce, fetch, listOffsets, deleteRecords, offsetForLeaderEpoch, identity) => [
      produceHandler({ produce, identity }),
      fetchHandler({ fetch, identity }),
      listOffsetsHandler({ listOffsets }),
      deleteRecordsHandler({ deleteRecords }),
      offsetForLeaderEpochHandler({ offsetForLeaderEpoch }),
    ],
    [
      ...([T.produce, T.fetch, T.listOffsets, T.deleteRecords] as const),
      ...([T.offsetForLeaderEpoch, T.identity] as const),
    ],
  );
  bind(T.administrationHandlers).toResolvedValue(
    (catalog, topics, configs, logDirs, identity, config) => [
      metadataHandler({
        ...{ catalog, topics, identity },
        autoCreateTopics: () => config.get('auto.create.topics.enable'),
      }),
      describeClusterHandler({ identity }),
      describeTopicPartitionsHandler({
        catalog,
        partitionLimit: () => config.get('max.request.partition.size.limit'),
      }),
      createTopicsHandler({ topics }),
      deleteTopicsHandler({ topics }),
      createPartitionsHandler({ topics }),
      describeConfigsHandler({ configs }),
      alterConfigsHandler({ configs }),
      incrementalAlterConfigsHandler({ configs }),
      listConfigResourcesHandler({ configs }),
      describeLogDirsHandler({ logDirs }),
    ],
    [T.catalog, T.topics, T.configs, T.logDirs, T.identity, T.brokerConfig],
  );
  bind(T.clusterHandlers).toResolvedValue(
    (catalog, identity, clock, replicas, features, quotas) => [
      electLeadersHandler({ replicas }),
      alterPartitionReassignmentsHandler({ replicas }),
      listPartitionReassignmentsHandler(),
      alterReplicaLogDirsHandler({ replicas }),
      describeQuorumHandler({ catalog, identity, clock }),
      updateFeaturesHandler({ features }),
      describeClientQuotasHandler({ quotas }),
      alterClientQuotasHandler({ quotas }),
    ],
    [
      ...([T.catalog, T.identity, T.clock, T.replicas] as const),
      ...([T.features, T.clientQuotas] as const),
    ],
  );
  bind(T.securityHandlers).toResolvedValue(
    (tokens, scram) => [
      createDelegationTokenHandler({ tokens }),
      renewDelegationTokenHandler({ tokens }),
      expireDelegationTokenHandler({ tokens }),
      describeDelegationTokenHandler({ tokens }),
      describeUserScramCredentialsHandler({ scram }),
      alterUserScramCredentialsHandler({ scram }),
      describeAclsHandler(),
      createAclsHandler(),
      deleteAclsHandler(),
    ],
    [T.delegationTokens, T.scramCredentials],
  );
  bind(T.telemetryHandlers).toResolvedValue(
    // Kafka serves them only where somebody takes the metrics: clients do not collect any otherwise.
    (telemetry) =>
      telemetry === undefined
        ? []
        : [getTelemetrySubscriptionsHandler({ telemetry }), pushTelemetryHandler({ telemetry })],
    [T.clientTelemetry],
  );
  bind(T.groupHandlers).toResolvedValue(
    (groups, shareGroups, streamsGroups, transactions, share, identity) => [
      findCoordinatorHandler({ groups, transactions, share, identity }),
      joinGroupHandler({ groups }),
      syncGroupHandler({ groups }),
      heartbeatHandler({ groups }),
      leaveGroupHandler({ groups }),
      offsetCommitHandler({ groups }),
      offsetFetchHandler({ groups }),
      offsetDeleteHandler({ groups }),
      listGroupsHandler({ groups }),
      describeGroupsHandler({ groups }),
      deleteGroupsHandler({ groups: shareGroups }),
      consumerGroupHeartbeatHandler({ groups }),
      consumerGroupDescribeHandler({ groups }),
      streamsGroupHeartbeatHandler({ streamsGroups }),
      streamsGroupDescribeHandler({ streamsGroups }),
      streamsGroupTopologyDescriptionUpdateHandler({ streamsGroups }),
    ],
    [T.groups, T.shareGroups, T.streamsGroups, T.transactions, T.shareCoordinator, T.identity],
  );
  bind(T.shareHandlers).toResolvedValue(
    (share, shareGroups, identity) => [
      shareGroupHeartbeatHandler({ shareGroups }),
      shareGroupDescribeHandler({ shareGroups }),
      shareFetchHandler({ share, identity }),
      shareAcknowledgeHandler({ share, identity }),
      describeShareGroupOffsetsHandler({ shareGroups }),
      alterShareGroupOffsetsHandler({ shareGroups }),
      deleteShareGroupOffsetsHandler({ shareGroups }),
    ],
    [T.shareConsume, T.shareGroups, T.identity],
  );
  bind(T.transactionHandlers).toResolvedValue(
    (transactions, offsets, markers, producerIds, producers, partitions) => [
      initProducerIdHandler({ producerIds, transactions }),
      addPartitionsToTxnHandler({
        transactions,
        partitionExists: (at) => partitions.exists(at.topic, at.partition),
      }),
      addOffsetsToTxnHandler({ transactionalOffsets: offsets }),
      txnOffsetCommitHandler({ transactionalOffsets: offsets }),
      endTxnHandler({ transactions }),
      writeTxnMarkersHandler({ markers }),
      describeProducersHandler({ producers }),
      describeTransactionsHandler({ transactions }),
      listTransactionsHandler({ transactions }),
    ],
    [
      ...([T.transactions, T.transactionalOffsets, T.transactionMarkers] as const),
      ...([T.producerIds, T.describeProducers, T.partitions] as const),
    ],
  );
  bind(T.registry).toResolvedValue(
    (data, administration, cluster, security, groups, share, transactions, telemetry, catalog) =>
      plaintextRegistry(
        [
          ...data,
          ...administration,
          ...cluster,
          ...security,
          ...groups,
          ...share,
          ...transactions,
          ...telemetry,
        ],
        () => {
          const { version, featureLevels } = catalog.metadata;
          return { epoch: version, features: finalizedFeatures(featureLevels) };
        },
      ),
    [
      ...([T.dataHandlers, T.administrationHandlers, T.clusterHandlers] as const),
      T.securityHandlers,
      ...([T.groupHandlers, T.shareHandlers, T.transactionHandlers] as const),
      ...([T.telemetryHandlers, T.catalog] as const),
    ],
  );
});
