import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { ProducerIdService } from '../../../src/app/services/producer-id/producer-id-service.ts';
import { MetadataVersionError } from '../../../src/ports/catalog.ts';
import { openCatalog } from './topic-fakes.ts';

describe('LocalCatalog', () => {
  it('refuses a change that was decided on an older state', async () => {
    const catalog = await openCatalog(new MemoryLogStore());
    const records = [{ kind: 'producerIds', brokerId: 1, nextProducerId: 5n }] as const;
    const [first, second] = await Promise.allSettled([
      catalog.change(0n, records),
      catalog.change(0n, records),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: expect.any(MetadataVersionError) });
  });

  it('keeps out of the log what does not fit', async () => {
    const catalog = await openCatalog(new MemoryLogStore());
    const topicId = 'AAAAAAAAAAAAAAAAAAAAAg';
    await expect(catalog.change(0n, [{ kind: 'removeTopic', topicId }])).rejects.toThrow();
    expect(catalog.metadata.version).toBe(0n);
    await catalog.change(0n, [{ kind: 'topic', topicId, name: 'a' }]);
    expect(catalog.metadata.version).toBe(1n);
  });

  it('tells its watchers what was and what is', async () => {
    const catalog = await openCatalog(new MemoryLogStore());
    const seen: bigint[][] = [];
    const stop = catalog.watch((now, before) => seen.push([before.version, now.version]));
    const records = [{ kind: 'producerIds', brokerId: 1, nextProducerId: 5n }] as const;
    await catalog.change(0n, records);
    stop();
    await catalog.change(1n, records);
    expect(seen).toEqual([[0n, 1n]]);
  });

  it('keeps the cluster id, and minds another one', async () => {
    const store = new MemoryLogStore();
    const { clusterId } = (await openCatalog(store)).metadata;
    expect((await openCatalog(store)).metadata.clusterId).toBe(clusterId);
    await expect(openCatalog(store, 'another')).rejects.toThrow('belong to cluster');
    expect((await openCatalog(new MemoryLogStore(), 'mine')).metadata.clusterId).toBe('mine');
  });
});

describe('ProducerIdService', () => {
  it('never gives an id twice, also after a restart', async () => {
    const store = new MemoryLogStore();
    const first = new ProducerIdService({ catalog: await openCatalog(store), nodeId: 1 });
    const ids = await Promise.all(Array.from({ length: 1500 }, () => first.next()));
    expect(new Set(ids).size).toBe(1500);
    const second = new ProducerIdService({ catalog: await openCatalog(store), nodeId: 1 });
    expect(await second.next()).toBe(2000n);
  });
});
