import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { committedValues } from './committed-reader.ts';
import { problemsOf } from './model-check.ts';
import { ModelProducer } from './model-producer.ts';
import { MortalStore } from './mortal-store.ts';
import { TransactionBroker } from './transaction-broker.ts';

const PARTITIONS = 3;

const plan = fc.record({
  partitions: fc.array(fc.nat(PARTITIONS - 1), { maxLength: 4 }),
  withOffset: fc.boolean(),
  committed: fc.boolean(),
});
const life = fc.record({
  /** After so many batches the process dies. */
  batches: fc.nat(60),
  plans: fc.array(fc.array(plan, { maxLength: 4 }), { minLength: 2, maxLength: 2 }),
});

/** Runs the producers side by side until all are done or the broker is dead. */
async function live(store: MemoryLogStore, producers: ModelProducer[], { batches, plans }: Life) {
  const mortal = new MortalStore(store);
  const broker = await TransactionBroker.open(mortal);
  mortal.dieAfter(batches);
  const runs = producers.map(async (producer, index) => {
    await producer.init(broker);
    for (const one of plans[index] ?? []) await producer.run(broker, one);
  });
  await Promise.race([Promise.all(runs), mortal.died]);
  mortal.dieAfter(0);
}

type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

async function expectWhole(store: MemoryLogStore, producers: readonly ModelProducer[]) {
  const broker = await TransactionBroker.open(new MortalStore(store));
  // Whoever comes last ends what was left open.
  for (const producer of producers) await producer.init(broker);
  const visible: string[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const log = broker.log('t', partition);
    expect(log.lastStableOffset).toBe(log.highWatermark);
    for (const value of await committedValues(log)) visible.push(`${partition}:${value}`);
  }
  expect(await problemsOf(broker, producers, visible)).toEqual([]);
}

test('whatever the moment of a stop, transactions are whole or not there', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { minLength: 1, maxLength: 4 }),
      fc.tuple(fc.boolean(), fc.boolean()),
      async (lives, bumps) => {
        const store = new MemoryLogStore();
        const first = await TransactionBroker.open(store);
        await first.createTopic('t', PARTITIONS);
        await Promise.all([first.transactions.prepare(), first.groups.prepare()]);
        const producers = bumps.map((bumpsEpochs, i) => new ModelProducer(i, bumpsEpochs));
        for (const one of lives) await live(store, producers, one);
        await expectWhole(store, producers);
      },
    ),
    { numRuns: 300 },
  );
});
