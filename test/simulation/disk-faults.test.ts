import { describe, it } from 'vitest';
import { forSeeds } from './seeds.ts';
import { simulatedSegmentStore } from './simulated-segment-store.ts';
import { StoreSimulation } from './store-simulation.ts';

describe('segment store on a disk that fails or is full', () => {
  it('refuses what it cannot keep, and keeps the rest', { timeout: 3_600_000 }, () =>
    forSeeds(400, (seed, verbose) => {
      return new StoreSimulation({
        seed,
        verbose,
        faulty: true,
        create: (files) => simulatedSegmentStore(files, seed),
      });
    }),
  );
});
