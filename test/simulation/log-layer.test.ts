import { describe, it } from 'vitest';
import { LogSimulation } from './log-simulation.ts';
import { forSeeds } from './seeds.ts';
import { simulatedSegmentStore } from './simulated-segment-store.ts';

const DISKS = [
  ['loses power', false],
  ['fails or is full', true],
] as const;

describe.each(DISKS)('log over the segment store on a disk that %s', (_what, faulty) => {
  it(
    'takes each batch of a producer once, and remembers what its batches say',
    {
      timeout: 3_600_000,
    },
    () =>
      forSeeds(250, (seed, verbose) => {
        return new LogSimulation({
          seed,
          verbose,
          faulty,
          create: (files) => simulatedSegmentStore(files, seed),
        });
      }),
  );
});
