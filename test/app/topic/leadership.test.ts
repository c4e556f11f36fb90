import { describe, expect, it, vi } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { batchOf } from '../log/log-fixture.ts';
import { type ServedTopics, serveTopics } from './served-topics.ts';

const FOR_REAL = { validateOnly: false };

async function latest({ listOffsets }: ServedTopics, topic: string, partition: number) {
  const asked = { partition, currentLeaderEpoch: -1, timestamp: -1n };
  const isolation = 'read_uncommitted' as const;
  const [listed] = await listOffsets.listOffsets({ topic, isolation, partitions: [asked] });
  return listed;
}

function epochEnd({ leaderEpochs }: ServedTopics, topic: string, partition: number) {
  const query = { topic, partition, currentLeaderEpoch: 0, leaderEpoch: 0 };
  return leaderEpochs.endOffsetForEpoch(query);
}

async function expectLed(served: ServedTopics, topic: string, partition: number): Promise<void> {
  expect(await latest(served, topic, partition)).toMatchObject({ offset: 0n, leaderEpoch: 0 });
  expect(epochEnd(served, topic, partition)).toEqual({
    error: 'NONE',
    leaderEpoch: 0,
    endOffset: 0n,
  });
}

describe('the leader epoch of logs nothing was written to', () => {
  it('is that of the catalog once a topic or partition is made, and after a restart', async () => {
    const store = new MemoryLogStore();
    const first = await serveTopics(store, { 'offsets.topic.num.partitions': '3' });
    await first.topics.ensureTopic('orders');
    await first.topics.createPartitions(
      [{ name: 'orders', count: 2, assignments: null }],
      FOR_REAL,
    );
    await first.topics.ensureTopic('__consumer_offsets');
    for (const served of [first, await serveTopics(store)]) {
      await expectLed(served, 'orders', 0);
      await expectLed(served, 'orders', 1);
      await expectLed(served, '__consumer_offsets', 2);
    }
  });

  it('outlives an append that failed', async () => {
    const store = new MemoryLogStore();
    const served = await serveTopics(store);
    const { id } = await served.topics.ensureTopic('orders');
    const log = served.logs.get(id, 0);
    vi.spyOn(store, 'append').mockRejectedValueOnce(new Error('no space left'));
    const appended = log?.append(batchOf(1), { origin: 'client', leaderEpoch: 0 });
    await expect(appended?.committed).rejects.toThrow();
    await log?.settled();
    await expectLed(served, 'orders', 0);
  });
});

describe('configs of logs', () => {
  it("are the topic's over the broker's dynamic ones, also after a restart", async () => {
    const store = new MemoryLogStore();
    const first = await serveTopics(store);
    await first.topics.ensureTopic('orders');
    const operations = [{ name: 'retention.ms', operation: 'set' as const, value: '5' }];
    await first.configs.alter([{ type: 2, name: 'orders', operations }], FOR_REAL);
    const cluster = [{ name: 'message.max.bytes', operation: 'set' as const, value: '777' }];
    await first.configs.alter([{ type: 4, name: '', operations: cluster }], FOR_REAL);
    for (const { catalog, logs } of [first, await serveTopics(store)]) {
      const id = catalog.metadata.topicsByName.get('orders')?.id ?? '';
      expect(logs.get(id, 0)?.config).toMatchObject({ retentionMs: 5, maxMessageBytes: 777 });
    }
  });

  it('are not missed when they change while the logs are being made', async () => {
    const store = new MemoryLogStore();
    const served = await serveTopics(store);
    const made = served.topics.ensureTopic('orders');
    served.catalog.watch((now, before) => {
      if (now.topicsById.size === before.topicsById.size) return;
      const operations = [{ name: 'retention.ms', operation: 'set' as const, value: '5' }];
      void served.configs.alter([{ type: 2, name: 'orders', operations }], FOR_REAL);
    });
    const slow = store.create.bind(store);
    store.create = async (...given) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return slow(...given);
    };
    const { id } = await made;
    expect(served.logs.get(id, 0)?.config.retentionMs).toBe(5);
  });
});
