import { SegmentLogStore } from '../../src/adapters/segment/segment-log-store.ts';
import { checksum } from '../app/log/log-fixture.ts';
import { silentLogger } from '../support/silent-logger.ts';
import type { SimulatedFiles } from './simulated-files.ts';

/**
 * Some keep next to no files open, so that they go through opening and closing them all the time. Some have no journal,
 * some one whose files are full after every few rounds.
 */
export function simulatedSegmentStore(files: SimulatedFiles, seed: number): SegmentLogStore {
  const openFilesMax = seed % 3 === 0 ? 2 : 4096;
  const journalBytes = seed % 5 === 0 ? 0 : seed % 2 === 0 ? 3 * 8192 : 1 << 20;
  return new SegmentLogStore({
    directory: '/data',
    checksum,
    logger: silentLogger,
    files,
    openFilesMax,
    journalBytes,
    journalFromLogs: 2,
  });
}
