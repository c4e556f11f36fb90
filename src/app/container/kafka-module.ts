import { ContainerModule } from 'inversify';
import { alterConfigsHandler } from '../../adapters/kafka/handlers/alter-configs.ts';
import { createPartitionsHandler } from '../../adapters/kafka/handlers/create-partitions.ts';
import { createTopicsHandler } from '../../adapters/kafka/handlers/create-topics.ts';
import { deleteGroupsHandler } from '../../adapters/kafka/handlers/delete-groups.ts';
import { deleteRecordsHandler } from '../../adapters/kafka/handlers/delete-records.ts';
import { deleteTopicsHandler } from '../../adapters/kafka/handlers/delete-topics.ts';
import { describeClusterHandler } from '../../adapters/kafka/handlers/describe-cluster.ts';
import { describeConfigsHandler } from '../../adapters/kafka/handlers/describe-configs.ts';
import { describeGroupsHandler } from '../../adapters/kafka/handlers/describe-groups.ts';
import { describeLogDirsHandler } from '../../adapters/kafka/handlers/describe-log-dirs.ts';
import { describeTopicPartitionsHandler } from '../../adapters/kafka/handlers/describe-topic-partitions.ts';
import { fetchHandler } from '../../adapters/kafka/handlers/fetch.ts';
import { findCoordinatorHandler } from '../../adapters/kafka/handlers/find-coordinator.ts';
import { heartbeatHandler } from '../../adapters/kafka/handlers/heartbeat.ts';
import { incrementalAlterConfigsHandler } from '../../adapters/kafka/handlers/incremental-alter-configs.ts';
import { initProducerIdHandler } from '../../adapters/kafka/handlers/init-producer-id.ts';
import { joinGroupHandler } from '../../adapters/kafka/handlers/join-group.ts';
import { leaveGroupHandler } from '../../adapters/kafka/handlers/leave-group.ts';
import { listConfigResourcesHandler } from '../../adapters/kafka/handlers/list-config-resources.ts';
import { listGroupsHandler } from '../../adapters/kafka/handlers/list-groups.ts';
import { listOffsetsHandler } from '../../adapters/kafka/handlers/list-offsets.ts';
import { metadataHandler } from '../../adapters/kafka/handlers/metadata.ts';
import { offsetCommitHandler } from '../../adapters/kafka/handlers/offset-commit.ts';
import { offsetDeleteHandler } from '../../adapters/kafka/handlers/offset-delete.ts';
import { offsetFetchHandler } from '../../adapters/kafka/handlers/offset-fetch.ts';
import { offsetForLeaderEpochHandler } from '../../adapters/kafka/handlers/offset-for-leader-epoch.ts';
import { produceHandler } from '../../adapters/kafka/handlers/produce.ts';
import { syncGroupHandler } from '../../adapters/kafka/handlers/sync-group.ts';
import { plaintextRegistry } from '../../adapters/kafka/kafka-listener.ts';
import { TOKENS as T } from './tokens.ts';

/** The APIs of the Kafka listener. What is not bound here is not advertised. */
export const kafkaModule = new ContainerModule(({ bind }) => {
  bind(T.dataHandlers).toResolvedValue(
    (produce, fetch, listOffsets, deleteRecords, offsetForLeaderEpoch, producerIds, identity) => [
      produceHandler({ produce, identity }),
      fetchHandler({ fetch, identity }),
      listOffsetsHandler({ listOffsets }),
      deleteRecordsHandler({ deleteRecords }),
      offsetForLeaderEpochHandler({ offsetForLeaderEpoch }),
      initProducerIdHandler({ producerIds }),
    ],
    [
      ...([T.produce, T.fetch, T.listOffsets, T.deleteRecords] as const),
      ...([T.offsetForLeaderEpoch, T.producerIds, T.identity] as const),
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
  bind(T.groupHandlers).toResolvedValue(
    (groups, identity) => [
      findCoordinatorHandler({ groups, identity }),
      joinGroupHandler({ groups }),
      syncGroupHandler({ groups }),
      heartbeatHandler({ groups }),
      leaveGroupHandler({ groups }),
      offsetCommitHandler({ groups }),
      offsetFetchHandler({ groups }),
      offsetDeleteHandler({ groups }),
      listGroupsHandler({ groups }),
      describeGroupsHandler({ groups }),
      deleteGroupsHandler({ groups }),
    ],
    [T.groups, T.identity],
  );
  bind(T.registry).toResolvedValue(
    (data, administration, groups, catalog) =>
      plaintextRegistry([...data, ...administration, ...groups], () => catalog.metadata.version),
    [T.dataHandlers, T.administrationHandlers, T.groupHandlers, T.catalog],
  );
});
