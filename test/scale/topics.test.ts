import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/app/config/load-config.ts';
import { openBroker } from '../../src/app/container/open-broker.ts';
import { Broker } from '../../src/app/embedded/broker.ts';
import { silentLogger } from '../support/silent-logger.ts';

const TOPICS = 5000;

async function brokerIn(dataDir: string) {
  const { config } = loadConfig({
    overrides: { 'network.bind_port': 0, 'storage.data_dir': dataDir },
  });
  const running = await openBroker(config, silentLogger);
  onTestFinished(() => running.close());
  return { running, broker: new Broker(running, config) };
}

/** How often an entry was put into a map meanwhile, by whomever; copying a map puts each of its entries. */
async function mapEntriesPut(work: () => Promise<unknown>): Promise<number> {
  const { set } = Map.prototype;
  let count = 0;
  Map.prototype.set = function (this: Map<unknown, unknown>, key, value) {
    count += 1;
    return set.call(this, key, value);
  };
  try {
    await work();
  } finally {
    Map.prototype.set = set;
  }
  return count;
}

it('a change of one topic costs what changes, however many there are', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-scale-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const { running } = await brokerIn(dataDir);
  const { topics, configs } = running.services;
  const named = (name: string) => ({
    ...{ name, partitions: 1, replicationFactor: 1, assignments: [], configs: [] },
  });
  const options = { validateOnly: false };
  const many = Array.from({ length: TOPICS }, (_, i) => named(`many.topic_${i}`));
  await topics.createTopics(many, options);
  const put = await mapEntriesPut(async () => {
    expect((await topics.createTopics([named('one.more')], options))[0]?.error).toBeUndefined();
    const operations = [{ name: 'retention.ms', value: '5', operation: 'set' as const }];
    await configs.alter([{ type: 2, name: 'many.topic_7', operations }], options);
    await topics.deleteTopics([{ name: 'many.topic_8', id: null }]);
  });
  expect(put).toBeGreaterThan(0);
  expect(put).toBeLessThan(TOPICS / 5);
});

it('topics nothing was written to have no files, and take messages all the same', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-scale-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const { running, broker } = await brokerIn(dataDir);
  const topics = Array.from({ length: TOPICS }, (_, i) => ({
    name: `topic-${i}`,
    partitions: 1,
    replicationFactor: 1,
    assignments: [],
    configs: [],
  }));
  const results = await running.services.topics.createTopics(topics, { validateOnly: false });
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
  const folders = () => readdirSync(dataDir).filter((name) => name.startsWith('topic-'));
  expect(folders()).toEqual([]);
  expect(await broker.fetch('topic-7', 0)).toEqual([]);
  expect(await broker.getLatestOffset('topic-7', 0)).toBe(0n);
  const offsets = await Promise.all(
    ['a', 'b', 'c'].map((value) => broker.produce('topic-7', { value, partition: 0 })),
  );
  expect(offsets.map(({ offset }) => offset)).toEqual([0n, 1n, 2n]);
  expect(folders()).toEqual(['topic-7-0']);
  await broker.deleteTopic('topic-8');
  await broker.close();
  const again = await brokerIn(dataDir);
  expect(await again.broker.listTopics()).toHaveLength(TOPICS - 1);
  expect(await again.broker.fetch('topic-7', 0)).toHaveLength(3);
  expect(await again.broker.fetch('topic-9', 0)).toEqual([]);
  await again.broker.deleteTopic('topic-7');
  await expect.poll(folders).toEqual([]);
});
