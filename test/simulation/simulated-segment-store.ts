import { SegmentLogStore } from '../../src/adapters/segment/segment-log-store.ts';
import { checksum } from '../app/log/log-fixture.ts';
import { silentLogger } from '../support/silent-logger.ts';
import type { SimulatedFiles } from './simulated-files.ts';

/** Some keep next to no files open, so that they go through opening and closing them all the time. */
export function simulatedSegmentStore(files: SimulatedFiles, seed: number): SegmentLogStore {
  const openFilesMax = seed % 3 === 0 ? 2 : 4096;
  return new SegmentLogStore({
    directory: '/data',
    checksum,
    logger: silentLogger,
    files,
    openFilesMax,
  });
}
