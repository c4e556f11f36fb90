import { SegmentLogStore } from '../../src/adapters/segment/segment-log-store.ts';
import { portableChecksum } from '../../src/domain/record/crc32c.ts';
import { logStoreContract } from '../../src/testing/log-store-contract.ts';
import { damageInFiles } from '../support/damaged-batches.ts';
import { silentLogger } from '../support/silent-logger.ts';
import { strangersOf } from '../support/stranger-folders.ts';

logStoreContract({
  name: 'segment',
  capabilities: {
    name: 'segment',
    durable: true,
    atomicAcrossLogs: false,
    exactPrefixDrop: false,
    syncCost: 'per-log',
  },
  strangers: strangersOf('segment'),
  damage: damageInFiles,
  create: (directory) =>
    new SegmentLogStore({ directory, checksum: portableChecksum, logger: silentLogger }),
});
