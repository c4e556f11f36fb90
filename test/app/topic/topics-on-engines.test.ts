import { afterEach, describe, expect, it } from 'vitest';
import type { MetadataRecord } from '../../../src/ports/catalog.ts';
import { engines, type OpenEngine } from '../log/engines.ts';
import { type ServedTopics, serveTopics } from './served-topics.ts';

const FOR_REAL = { validateOnly: false };
const opened: OpenEngine[] = [];
afterEach(async () => {
  for (const engine of opened.splice(0)) await engine.remove();
});

/** So many that the metadata log is replaced by a snapshot. */
const MANY: MetadataRecord[] = Array.from({ length: 20_000 }, (_, at) => ({
  kind: 'producerIds',
  brokerId: 1,
  nextProducerId: BigInt(at),
}));

function told({ catalog, logs }: ServedTopics) {
  return [...catalog.metadata.topicsByName.values()].map(({ id, name, partitions }) => ({
    name,
    logs: partitions.map(({ partition }) => {
      const log = logs.get(id, partition);
      return [log?.config.retentionMs, log?.endOffsetForEpoch(0)];
    }),
  }));
}

describe.each(engines)('topics on $name', (engineKind) => {
  it('are what they were after every stop', async () => {
    const engine = await engineKind.open();
    opened.push(engine);
    let served = await serveTopics(engine.store());
    const restart = async () => {
      const before = served.catalog.metadata;
      const facts = told(served);
      await served.close();
      served = await serveTopics(engine.store());
      expect(served.catalog.metadata).toEqual(before);
      expect(told(served)).toEqual(facts);
    };
    await served.topics.ensureTopic('orders');
    await served.topics.ensureTopic('paid');
    await served.topics.createPartitions(
      [{ name: 'orders', count: 3, assignments: null }],
      FOR_REAL,
    );
    const operations = [{ name: 'retention.ms', operation: 'set' as const, value: '5' }];
    await served.configs.alter([{ type: 2, name: 'orders', operations }], FOR_REAL);
    const led = { leaderEpoch: 0, endOffset: 0n };
    expect(told(served)).toEqual([
      { name: 'orders', logs: Array.from({ length: 3 }, () => [5, led]) },
      { name: 'paid', logs: [[604_800_000, led]] },
    ]);
    await restart();
    await served.catalog.change(served.catalog.metadata.version, MANY);
    await restart();
    await served.topics.deleteTopics([{ name: 'orders', id: null }]);
    await restart();
    await served.topics.ensureTopic('orders');
    await restart();
    expect([...served.catalog.metadata.topicsByName.keys()]).toEqual(['paid', 'orders']);
    await served.close();
  });
});
