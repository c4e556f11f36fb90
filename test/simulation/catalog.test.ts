import { describe, it } from 'vitest';
import { CatalogSimulation } from './catalog-simulation.ts';
import { forSeeds } from './seeds.ts';
import { simulatedSegmentStore } from './simulated-segment-store.ts';

const DISKS = [
  ['loses power', false],
  ['fails or is full', true],
] as const;

describe.each(DISKS)('catalog over the segment store on a disk that %s', (_what, faulty) => {
  it('knows after each start what it answered before', { timeout: 3_600_000 }, () =>
    forSeeds(40, (seed, verbose) => {
      return new CatalogSimulation({
        seed,
        verbose,
        faulty,
        create: (files) => simulatedSegmentStore(files, seed),
      });
    }),
  );
});
