import { describe, expect, it } from 'vitest';
import { LogDirsService } from '../../../src/app/services/log-dirs/log-dirs-service.ts';
import { topicAdmin } from './topic-fakes.ts';

describe('LogDirs', () => {
  it('tells sizes of logs, and the space of the device where the engine can tell', async () => {
    const { catalog, logs, topics } = await topicAdmin({ 'num.partitions': '2' });
    await topics.ensureTopic('orders');
    await topics.ensureTopic('paid');
    const usableBytes = async () => 1000.5;
    const path = '/data';
    const known = { usableBytes, totalBytes: async () => 5000 };
    const [dir] = await new LogDirsService({ catalog, logs, store: known, path }).describe(null);
    expect(dir).toMatchObject({ path, totalBytes: 5000n, usableBytes: 1000n });
    expect(dir?.topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([
      ['orders', 2],
      ['paid', 2],
    ]);
    const unknown = { usableBytes: async () => undefined };
    const asked = [
      { topic: 'paid', partitions: [1, 1, 7] },
      { topic: 'none', partitions: [0] },
    ];
    const service = new LogDirsService({ catalog, logs, store: unknown, path });
    expect((await service.describe(asked))[0]).toEqual({
      path,
      topics: [{ name: 'paid', partitions: [{ partition: 1, sizeBytes: 100 }] }],
      totalBytes: -1n,
      usableBytes: -1n,
    });
  });
});
