import { NativeChecksum } from '../../adapters/checksum/native-checksum.ts';
import { systemClock } from '../../adapters/node/system-clock.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { Logger } from '../../ports/logger.ts';
import { Lifecycle } from '../lifecycle.ts';
import type { RunningBroker } from '../running-broker.ts';
import { createContainer } from './create-container.ts';
import { KafkaListeners } from './kafka-listeners.ts';
import { logStoreOf } from './log-store-of.ts';
import { startCoordinators } from './start-coordinators.ts';
import { startListeners } from './start-listeners.ts';
import { startSql } from './start-sql.ts';
import { startStorage } from './start-storage.ts';
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
  await startSql(container, lifecycle);
  const others = await startListeners(container, lifecycle, { config, kafka: listeners });
  return {
    startedAtMs,
    nodeId,
    host: listeners.address.host,
    port: listeners.address.port,
    ...others,
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
      sql: container.get(TOKENS.sql),
      streams: container.get(TOKENS.streams),
      checksum: container.get(TOKENS.checksum),
      compression: container.get(TOKENS.compression),
      clock: container.get(TOKENS.clock),
    },
    close: () => lifecycle.stop(),
  };
}
