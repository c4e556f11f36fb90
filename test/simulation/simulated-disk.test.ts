import { describe, expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedFiles } from './simulated-files.ts';

const SEEDS = Array.from({ length: 200 }, (_, i) => i + 1);

function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

function prepared(seed: number, diesAt = Infinity) {
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk(random.fork());
  disk.makeDirectory('/data');
  disk.beginSync(disk.root)();
  return { disk, random, files: new SimulatedFiles({ disk, random: random.fork(), diesAt }) };
}

/** A synced file of 300 ones in a synced directory. */
async function withFile(seed: number) {
  const { disk, random, files } = prepared(seed);
  await files.writeFile('/data/a', filled(300, 1));
  await files.syncDirectory('/data');
  return { disk, random, files };
}

describe('simulated disk', () => {
  it('keeps what was synced', async () => {
    for (const seed of SEEDS) {
      const { disk } = await withFile(seed);
      disk.losePower();
      expect(disk.file('/data/a').bytes()).toEqual(filled(300, 1));
    }
  });

  it('keeps any part of what was not', async () => {
    const outcomes = new Set<string>();
    for (const seed of SEEDS) {
      const { disk, files } = await withFile(seed);
      const fd = files.openSync('/data/a');
      files.writevSync(fd, [filled(100, 2), filled(200, 3)], 300);
      expect(disk.file('/data/a').bytes()[400]).toBe(3);
      disk.losePower();
      const bytes = disk.file('/data/a').bytes();
      expect(bytes.subarray(0, 300)).toEqual(filled(300, 1));
      expect(bytes.length).toBeLessThanOrEqual(600);
      outcomes.add([...new Set(bytes)].join());
      if (bytes.length === 300) outcomes.add('lost');
      else outcomes.add(bytes.length === 600 ? 'whole' : 'torn');
    }
    for (const outcome of ['lost', 'whole', 'torn', '1,2,3', '1,2', '1,0']) {
      expect(outcomes).toContain(outcome);
    }
  });

  it('may bring truncated bytes back until a sync', async () => {
    const sizes = new Set<number>();
    for (const seed of SEEDS) {
      const { disk, files } = await withFile(seed);
      const fd = files.openSync('/data/a');
      files.ftruncateSync(fd, 10);
      const synced = seed % 2 === 0;
      if (synced) await files.fdatasync(fd);
      disk.losePower();
      if (synced) expect(disk.file('/data/a').sizeBytes).toBe(10);
      else sizes.add(disk.file('/data/a').sizeBytes);
    }
    expect(sizes).toContain(10);
    expect(sizes).toContain(300);
  });

  it('forgets names whose directory was not synced', async () => {
    const outcomes = new Set<string>();
    for (const seed of SEEDS) {
      const { disk, files } = await withFile(seed);
      await files.writeFile('/data/b', filled(10, 2));
      await files.rename('/data/a', '/data/c');
      disk.losePower();
      outcomes.add([...disk.directory('/data').entries.keys()].sort().join());
    }
    expect([...outcomes].sort()).toEqual(['a', 'a,b', 'b,c', 'c']);
  });

  it('drops the pages a failed sync was to write, and syncs without them later', async () => {
    let lost = 0;
    for (const seed of SEEDS) {
      const { disk, random } = await withFile(seed);
      let fails = true;
      const files = new SimulatedFiles({
        disk,
        random: random.fork(),
        faultAt: (_operation, kind) => (fails && kind === 'fdatasync' ? 'EIO' : undefined),
      });
      const fd = files.openSync('/data/a');
      files.writevSync(fd, [filled(300, 2)], 0);
      await expect(files.fdatasync(fd)).rejects.toThrow('EIO');
      fails = false;
      await files.fdatasync(fd);
      expect(disk.file('/data/a').bytes()).toEqual(filled(300, 2));
      disk.losePower();
      if (disk.file('/data/a').bytes().includes(1)) lost += 1;
    }
    expect(lost).toBeGreaterThan(50);
  });

  it('does nothing more for a process that died', async () => {
    const { disk, files } = prepared(1, 3);
    const fd = files.openSync('/data/a');
    files.writevSync(fd, [filled(10, 1)], 0);
    const syncing = files.fdatasync(fd);
    await expect(syncing).rejects.toThrow('dead');
    expect(() => files.writevSync(fd, [filled(10, 2)], 0)).toThrow('dead');
    expect(disk.file('/data/a').bytes()).toEqual(filled(10, 1));
  });

  it('gives the same again for a seed', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(async () => {
        const { disk, files } = await withFile(77);
        files.writevSync(files.openSync('/data/a'), [filled(5000, 2)], 100);
        disk.losePower();
        return disk.file('/data/a').bytes();
      }),
    );
    expect(first).toEqual(second);
  });
});
