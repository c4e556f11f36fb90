import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { systemClock } from '../../../src/adapters/node/system-clock.ts';
import { ConfigAdminService } from '../../../src/app/services/config/config-admin-service.ts';
import { ConfigPropagation } from '../../../src/app/services/config/config-propagation.ts';
import { ListOffsetsService } from '../../../src/app/services/list-offsets/list-offsets-service.ts';
import { LogManager } from '../../../src/app/services/log/log-manager.ts';
import { OffsetForLeaderEpochService } from '../../../src/app/services/offset-for-leader-epoch/offset-for-leader-epoch-service.ts';
import { PartitionFinder } from '../../../src/app/services/partition/partition-finder.ts';
import { TopicAdminService } from '../../../src/app/services/topic/topic-admin-service.ts';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import type { Timer } from '../../../src/ports/clock.ts';
import type { LogStore } from '../../../src/ports/log-store.ts';
import { openCatalog, quietLogger, topicIdOf } from './topic-fakes.ts';

const NODE_ID = 1;

/** Nothing here happens by the passing of time. */
const timer: Timer = {
  schedule: () => () => undefined,
  afterTurn: (callback) => void setImmediate(callback),
};

/** Ids go on over restarts. */
let ids = 5000;

/** A broker's catalog, logs and topics over a store, as they are after a start. */
export async function serveTopics(store: LogStore, values: Record<string, string> = {}) {
  const recovered = await store.open();
  const catalog = await openCatalog(store, undefined, recovered);
  const brokerConfig = new BrokerConfig(new Map(Object.entries(values)));
  const logs = new LogManager({
    store,
    clock: systemClock,
    timer,
    checksum: new NativeChecksum(),
    compression: new NodeCompression(),
    logger: quietLogger,
  });
  await logs.open(recovered);
  const random = { topicId: () => topicIdOf(ids++), uuid: () => 'uuid' };
  const shared = { catalog, brokerConfig, logs, nodeId: NODE_ID, logger: quietLogger };
  const propagation = new ConfigPropagation(shared);
  const topics = new TopicAdminService({ ...shared, random, brokers: () => [NODE_ID] });
  await topics.open();
  propagation.start();
  const finder = new PartitionFinder(catalog, logs, () => NODE_ID);
  return {
    catalog,
    logs,
    topics,
    configs: new ConfigAdminService(shared),
    listOffsets: new ListOffsetsService(finder, quietLogger),
    leaderEpochs: new OffsetForLeaderEpochService(finder),
    /** Stops without a goodbye to the store, which is what a crash leaves. */
    stop: () => propagation.stop(),
    close: async () => {
      propagation.stop();
      await logs.close();
      await catalog.close();
      await store.close();
    },
  };
}

export type ServedTopics = Awaited<ReturnType<typeof serveTopics>>;
