import { describe, it } from 'vitest';
import { BitRotSimulation } from './bit-rot-simulation.ts';
import { forSeeds } from './seeds.ts';
import { simulatedSegmentStore } from './simulated-segment-store.ts';

describe('segment store on a disk whose bits flip', () => {
  it('gives what was written or says that it is damaged', { timeout: 3_600_000 }, () =>
    forSeeds(400, (seed, verbose) => {
      return new BitRotSimulation({
        seed,
        verbose,
        create: (files) => simulatedSegmentStore(files, seed),
      });
    }),
  );
});
