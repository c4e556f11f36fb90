import { describe, it } from 'vitest';
import { forSeeds } from './seeds.ts';
import { simulatedSegmentStore } from './simulated-segment-store.ts';
import { StoreSimulation } from './store-simulation.ts';

describe('segment store on a disk that loses power', () => {
  it('holds what it acknowledged, and nothing else', { timeout: 3_600_000 }, () =>
    forSeeds(400, (seed, verbose) => {
      return new StoreSimulation({
        seed,
        verbose,
        faulty: false,
        create: (files) => simulatedSegmentStore(files, seed),
      });
    }),
  );
});
