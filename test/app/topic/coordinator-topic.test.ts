import { expect, it } from 'vitest';
import { CoordinatorTopicService } from '../../../src/app/services/topic/coordinator-topic-service.ts';
import type { PrunableLog } from '../../../src/ports/coordinator-topic.ts';
import { topicAdmin } from './topic-fakes.ts';

async function offsetsTopic() {
  const { topics, catalog } = await topicAdmin({ 'offsets.topic.num.partitions': '3' });
  const asked: string[] = [];
  const log = {} as PrunableLog;
  const service = new CoordinatorTopicService({
    name: '__consumer_offsets',
    catalog,
    topics,
    logs: {
      get(topicId, partition) {
        asked.push(`${topicId}/${partition}`);
        return partition < 3 ? log : undefined;
      },
    },
  });
  return { service, catalog, topics, asked, log };
}

it('is not there until somebody needs it, and then as Kafka makes it', async () => {
  const { service, catalog } = await offsetsTopic();
  expect(service.partitionCount()).toBeUndefined();
  expect(service.log(0)).toBeUndefined();
  expect(await Promise.all([service.ensure(), service.ensure()])).toEqual([3, 3]);
  expect(service.partitionCount()).toBe(3);
  const topic = catalog.metadata.topicsByName.get('__consumer_offsets');
  expect(topic?.configs.get('cleanup.policy')).toBe('compact');
  expect(topic?.internal).toBe(true);
});

it('finds the logs by the id of the topic', async () => {
  const { service, catalog, asked, log } = await offsetsTopic();
  await service.ensure();
  expect(service.log(2)).toBe(log);
  expect(service.log(3)).toBeUndefined();
  const id = catalog.metadata.topicsByName.get('__consumer_offsets')?.id;
  expect(asked).toEqual([`${id}/2`, `${id}/3`]);
});

it('follows more partitions and another topic of its name', async () => {
  const { service, topics, catalog, asked } = await offsetsTopic();
  await service.ensure();
  const more = [{ name: '__consumer_offsets', count: 5, assignments: null }];
  await topics.createPartitions(more, { validateOnly: false });
  expect(service.partitionCount()).toBe(5);
  await topics.deleteTopics([{ name: '__consumer_offsets', id: null }]);
  expect(service.partitionCount()).toBeUndefined();
  await service.ensure();
  service.log(0);
  expect(asked).toEqual([`${catalog.metadata.topicsByName.get('__consumer_offsets')?.id}/0`]);
});
