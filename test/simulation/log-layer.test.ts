import { describe, it } from 'vitest';
import { SegmentLogStore } from '../../src/adapters/segment/segment-log-store.ts';
import { checksum, silentLogger } from '../app/log/log-fixture.ts';
import { LogSimulation } from './log-simulation.ts';
import { forSeeds } from './seeds.ts';

describe('log over the segment store on a disk that loses power', () => {
  it(
    'takes each batch of a producer once, and remembers what its batches say',
    {
      timeout: 3_600_000,
    },
    () =>
      forSeeds(200, (seed, verbose) => {
        return new LogSimulation({
          seed,
          verbose,
          create: (files) =>
            new SegmentLogStore({ directory: '/data', checksum, logger: silentLogger, files }),
        });
      }),
  );
});
