import type { Container } from 'inversify';
import { NativeChecksum } from '../../adapters/checksum/native-checksum.ts';
import { systemClock } from '../../adapters/node/system-clock.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import { changedKeys } from '../../domain/topic/versioned-map.ts';
import type { ClusterMetadata, TopicMetadata } from '../../ports/catalog.ts';
import type { Logger } from '../../ports/logger.ts';
import { Lifecycle } from '../lifecycle.ts';
import type { RunningBroker } from '../running-broker.ts';
import { createContainer } from './create-container.ts';
import { httpListenerOf } from './http-listener-of.ts';
import { KafkaListeners } from './kafka-listeners.ts';
import { logStoreOf } from './log-store-of.ts';
import { postgresListenerOf } from './postgres-listener-of.ts';
import { TOKENS } from './tokens.ts';

/**
 * Builds a broker and starts its parts, each after those it needs: store, metadata, logs, coordinators, listeners.
 * Rejects with what is wrong when one of them cannot start; what had started is stopped again.
 */
export async function openBroker(config: BrokerConfig, logger: Logger): Promise<RunningBroker> {
  const startedAtMs = systemClock.nowMs();
  const nodeId = config.get('node.id');
  const listeners = new KafkaListeners(config);
  const store = await logStoreOf(config, { checksum: new NativeChecksum(), logger });
  const container = createContainer({
    ...{ config, logger, store, nodeId },
    identity: (listenerName) => ({
      nodeId,
      ...listeners.advertised(listenerName),
      clusterId: container.get(TOKENS.catalog).metadata.clusterId,
      rack: config.get('broker.rack'),
    }),
  });
  const lifecycle = new Lifecycle();
  await startStorage(container, lifecycle);
  await startCoordinators(container, lifecycle);
  const history = container.get(TOKENS.topicHistory);
  await lifecycle.start(
    'history',
    () => history.start(),
    () => history.close(),
  );
  const tokens = container.get(TOKENS.delegationTokens);
  await lifecycle.start(
    'delegation tokens',
    () => tokens.start(),
    () => tokens.close(),
  );
  const sql = container.get(TOKENS.sql);
  await lifecycle.start(
    'SQL',
    () => undefined,
    () => sql.close(),
  );
  const policy = container.get(TOKENS.historyPolicy);
  await lifecycle.start(
    'the policy of history',
    () => policy.start(),
    () => policy.close(),
  );
  const streams = container.get(TOKENS.streams);
  await lifecycle.start(
    'streams',
    () => streams.start(),
    () => streams.close(),
  );
  const registry = container.get(TOKENS.registry);
  const throttle = container.get(TOKENS.clientThrottle);
  const [clock, timer] = [container.get(TOKENS.clock), container.get(TOKENS.timer)];
  await lifecycle.start(
    'the Kafka listeners',
    () => listeners.listen({ registry, throttle, clock, timer, logger }),
    () => listeners.close(),
  );
  const http = await httpListenerOf(config, { sql, logger });
  await lifecycle.start(
    'the HTTP listener',
    () => http?.listen(),
    () => http?.close(),
  );
  const random = container.get(TOKENS.random);
  const postgres = await postgresListenerOf(config, { sql, logger, random });
  await lifecycle.start(
    'the PostgreSQL listener',
    () => postgres?.listen(),
    () => postgres?.close(),
  );
  return {
    startedAtMs,
    nodeId,
    host: listeners.address.host,
    port: listeners.address.port,
    http: http?.address,
    postgres: postgres?.address,
    connectionCount: () => listeners.connectionCount,
    services: {
      catalog: container.get(TOKENS.catalog),
      topics: container.get(TOKENS.topics),
      configs: container.get(TOKENS.configs),
      partitions: container.get(TOKENS.partitions),
      produce: container.get(TOKENS.produce),
      fetch: container.get(TOKENS.fetch),
      listOffsets: container.get(TOKENS.listOffsets),
      groups: container.get(TOKENS.groups),
      sql,
      streams,
      checksum: container.get(TOKENS.checksum),
      compression: container.get(TOKENS.compression),
      clock,
    },
    close: () => lifecycle.stop(),
  };
}

async function startStorage(container: Container, lifecycle: Lifecycle): Promise<void> {
  const opened = container.get(TOKENS.openedStore);
  const catalog = container.get(TOKENS.catalog);
  const logs = container.get(TOKENS.logs);
  const propagation = container.get(TOKENS.configPropagation);
  await lifecycle.start(
    'the store',
    () => opened.open(),
    () => opened.close(),
  );
  await lifecycle.start(
    'the catalog',
    () => catalog.open(),
    () => catalog.close(),
  );
  await lifecycle.start(
    'the logs',
    () => logs.open(opened.recovered),
    () => logs.close(),
  );
  await lifecycle.start(
    'configs',
    () => propagation.start(),
    () => propagation.stop(),
  );
  const topics = container.get(TOKENS.topics);
  await lifecycle.start(
    'topics',
    () => topics.open(),
    () => undefined,
  );
  const cleaner = container.get(TOKENS.logCleaner);
  await lifecycle.start(
    'the log cleaner',
    () => cleaner.start(),
    () => cleaner.stop(),
  );
}

async function startCoordinators(container: Container, lifecycle: Lifecycle): Promise<void> {
  const catalog = container.get(TOKENS.catalog);
  const groups = container.get(TOKENS.groups);
  await lifecycle.start(
    'the group coordinator',
    () => groups.open(),
    () => groups.close(),
  );
  const transactions = container.get(TOKENS.transactions);
  await lifecycle.start(
    'the transaction coordinator',
    () => transactions.open(),
    () => transactions.close(),
  );
  const share = container.get(TOKENS.shareCoordinator);
  await lifecycle.start(
    'the share coordinator',
    () => share.open(),
    () => share.close(),
  );
  const sharePartitions = container.get(TOKENS.sharePartitions);
  await lifecycle.start(
    'share-partitions',
    () => share.watchResets((key) => sharePartitions.onReset(key)),
    () => sharePartitions.close(),
  );
  let unwatch: (() => void) | undefined;
  await lifecycle.start(
    'watching the topics of groups',
    () => {
      unwatch = catalog.watch((now, before) => {
        groups.onMetadataChanged(now, before);
        const deleted = deletedTopics(now, before);
        if (deleted.length === 0) return;
        const deletedIds = new Set(deleted.map(({ id }) => id));
        groups.onTopicsDeleted(new Set(deleted.map(({ name }) => name)));
        share.onTopicsDeleted(deletedIds);
        sharePartitions.onTopicsDeleted(deletedIds);
      });
    },
    () => unwatch?.(),
  );
}

function deletedTopics(now: ClusterMetadata, before: ClusterMetadata): readonly TopicMetadata[] {
  const deleted: TopicMetadata[] = [];
  for (const id of changedKeys(before.topicsById, now.topicsById)) {
    const topic = before.topicsById.get(id);
    if (topic !== undefined && !now.topicsById.has(id)) deleted.push(topic);
  }
  return deleted;
}
