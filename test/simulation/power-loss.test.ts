import { describe, it } from 'vitest';
import { SegmentLogStore } from '../../src/adapters/segment/segment-log-store.ts';
import { checksum, silentLogger } from '../app/log/log-fixture.ts';
import { forSeeds } from './seeds.ts';
import { StoreSimulation } from './store-simulation.ts';

describe('segment store on a disk that loses power', () => {
  it('holds what it acknowledged, and nothing else', { timeout: 3_600_000 }, () =>
    forSeeds(400, (seed, verbose) => {
      return new StoreSimulation({
        seed,
        verbose,
        faulty: false,
        create: (files) =>
          new SegmentLogStore({ directory: '/data', checksum, logger: silentLogger, files }),
      });
    }),
  );
});
