import { describe, expect, it, vi } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import type { MetadataRecord } from '../../../src/ports/catalog.ts';
import { openCatalog, storedMetadataLog, topicIdOf } from './topic-fakes.ts';

const TOPIC: MetadataRecord[] = [
  { kind: 'topic', topicId: topicIdOf(1), name: 'orders' },
  {
    kind: 'partition',
    topicId: topicIdOf(1),
    partition: 0,
    leader: 1,
    leaderEpoch: 0,
    replicas: [1],
  },
];

function manyChanges(count: number): MetadataRecord[] {
  return Array.from({ length: count }, (_, at) => ({
    kind: 'producerIds',
    brokerId: 1,
    nextProducerId: BigInt(at),
  }));
}

async function grownStore(changes = 10_001) {
  const store = new MemoryLogStore();
  const catalog = await openCatalog(store, 'mine');
  await catalog.change(0n, TOPIC);
  const grown = await catalog.change(catalog.metadata.version, manyChanges(changes));
  return { store, grown, log: await storedMetadataLog(store) };
}

describe('the metadata log', () => {
  it('is replaced by a snapshot at the start that finds it long, and goes on from there', async () => {
    const { store, grown, log } = await grownStore();
    expect(log.startOffset).toBe(0n);
    expect((await openCatalog(store)).metadata).toEqual(grown);
    expect(log.startOffset).toBe(grown.version);

    const again = await openCatalog(store);
    expect(again.metadata).toEqual(grown);
    const changed = await again.change(grown.version, [
      { kind: 'removeTopic', topicId: topicIdOf(1) },
    ]);
    expect(changed.version).toBe(grown.version + 1n);
    expect((await openCatalog(store)).metadata).toEqual(changed);
  });

  it('is left as it is while it is short, or most of it is still true', async () => {
    const { store, log } = await grownStore(100);
    await openCatalog(store);
    expect(log.startOffset).toBe(0n);
    const large = new MemoryLogStore();
    const partitions = Array.from({ length: 10_000 }, (_, partition) => ({
      ...(TOPIC[1] as MetadataRecord & { kind: 'partition' }),
      partition,
    }));
    const catalog = await openCatalog(large);
    const made = await catalog.change(0n, [TOPIC[0] as MetadataRecord, ...partitions]);
    expect((await openCatalog(large)).metadata).toEqual(made);
    expect((await storedMetadataLog(large)).startOffset).toBe(0n);
  });

  it('is whole after a stop between the snapshot and the end of what it replaces', async () => {
    const { store, grown, log } = await grownStore();
    const drop = vi.spyOn(log, 'dropPrefix').mockRejectedValue(new Error('power is gone'));
    await expect(openCatalog(store)).rejects.toThrow('power is gone');
    drop.mockRestore();
    expect((await openCatalog(store)).metadata).toEqual(grown);
  });

  it('is whole where it lost what the snapshot has', async () => {
    const { store, grown, log } = await grownStore();
    await openCatalog(store);
    await log.reset(5n);
    const again = await openCatalog(store);
    expect(again.metadata).toEqual(grown);
    const changed = await again.change(grown.version, manyChanges(1));
    expect((await openCatalog(store)).metadata).toEqual(changed);
  });

  it('does not open with a part of the state', async () => {
    const { store, log } = await grownStore();
    await openCatalog(store);
    const snapshot = (await log.readSnapshot('metadata-state')) as Uint8Array;
    snapshot[70] = (snapshot[70] ?? 0) ^ 1;
    await log.writeSnapshot('metadata-state', snapshot);
    await expect(openCatalog(store)).rejects.toThrow('damaged');
    const other = await grownStore(10);
    await other.log.dropPrefix(5n);
    await expect(openCatalog(other.store)).rejects.toThrow('starts at 5');
  });
});
