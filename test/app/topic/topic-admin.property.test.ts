import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetadataLog } from '../../../src/adapters/local-catalog/metadata-log.ts';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { isClusterMetadataLog } from '../../../src/domain/topic/cluster-metadata.ts';
import { metadataRecordsOf } from '../../../src/domain/topic/cluster-metadata-records.ts';
import { type ServedTopics, serveTopics } from './served-topics.ts';
import { metadataLogOptions, storedMetadataLog } from './topic-fakes.ts';

const FOR_REAL = { validateOnly: false };

type Step =
  | { readonly kind: 'create'; readonly name: string; readonly partitions: number }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'partitions'; readonly name: string; readonly count: number }
  | { readonly kind: 'configure'; readonly name: string; readonly retentionMs: number }
  | { readonly kind: 'compact' }
  | { readonly kind: 'restart' };

/** What is there, by name: how many partitions, and the retention where it was set. */
type Model = Map<string, { partitions: number; retentionMs?: number }>;

const names = fc.constantFrom('orders', 'paid', 'sent');
const counts = fc.integer({ min: 1, max: 4 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), name: names, partitions: counts }),
  fc.record({ kind: fc.constant('delete' as const), name: names }),
  fc.record({ kind: fc.constant('partitions' as const), name: names, count: counts }),
  fc.record({
    kind: fc.constant('configure' as const),
    name: names,
    retentionMs: fc.nat({ max: 9 }),
  }),
  fc.constantFrom({ kind: 'compact' as const }, { kind: 'restart' as const }),
);

/** Takes a step of the topics; an error is right exactly where the model has none to take. */
async function take(step: Step, served: ServedTopics, model: Model): Promise<void> {
  if (step.kind === 'compact' || step.kind === 'restart') return;
  const { name } = step;
  const topic = model.get(name);
  switch (step.kind) {
    case 'create': {
      const wanted = { ...step, replicationFactor: -1, assignments: [], configs: [] };
      const [made] = await served.topics.createTopics([wanted], FOR_REAL);
      expect(made?.error?.errorName).toBe(topic && 'TOPIC_ALREADY_EXISTS');
      if (topic === undefined) model.set(name, { partitions: step.partitions });
      return;
    }
    case 'delete': {
      const [gone] = await served.topics.deleteTopics([{ name, id: null }]);
      expect(gone?.error === undefined).toBe(model.delete(name));
      return;
    }
    case 'partitions': {
      const wanted = { name, count: step.count, assignments: null };
      const [added] = await served.topics.createPartitions([wanted], FOR_REAL);
      const more = topic !== undefined && step.count > topic.partitions;
      expect(added?.error === undefined).toBe(more);
      if (more) topic.partitions = step.count;
      return;
    }
    case 'configure': {
      const value = String(step.retentionMs);
      const operations = [{ name: 'retention.ms', operation: 'set' as const, value }];
      const [altered] = await served.configs.alter([{ type: 2, name, operations }], FOR_REAL);
      expect(altered?.error === undefined).toBe(topic !== undefined);
      if (topic !== undefined) topic.retentionMs = step.retentionMs;
    }
  }
}

function expectModel({ catalog, logs }: ServedTopics, model: Model): void {
  const { topicsByName } = catalog.metadata;
  expect(
    new Map([...topicsByName].map(([name, topic]) => [name, topic.partitions.length])),
  ).toEqual(new Map([...model].map(([name, { partitions }]) => [name, partitions])));
  const kept = [...logs.logs()].filter(({ id }) => !isClusterMetadataLog(id));
  expect(kept).toHaveLength([...model.values()].reduce((sum, each) => sum + each.partitions, 0));
  for (const { id, config, leaderEpoch } of kept) {
    expect(topicsByName.get(id.topic)?.id).toBe(id.topicId);
    expect(config.retentionMs).toBe(model.get(id.topic)?.retentionMs ?? 604_800_000);
    expect(leaderEpoch).toBe(0);
  }
}

describe('topics', () => {
  it('are as if there had been no restart, wherever there is one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 20 }), async (sequence) => {
        const store = new MemoryLogStore();
        const model: Model = new Map();
        let served = await serveTopics(store);
        for (const step of [...sequence, { kind: 'restart' } as const]) {
          await take(step, served, model);
          expectModel(served, model);
          if (step.kind !== 'compact' && step.kind !== 'restart') continue;
          const before = served.catalog.metadata;
          served.stop();
          if (step.kind === 'compact') {
            const log = new MetadataLog(await storedMetadataLog(store), metadataLogOptions(store));
            await log.compact([...metadataRecordsOf(before)]);
          }
          served = await serveTopics(store);
          expect(served.catalog.metadata).toEqual(before);
          expectModel(served, model);
        }
        served.stop();
      }),
      { numRuns: 60 },
    );
  });
});
