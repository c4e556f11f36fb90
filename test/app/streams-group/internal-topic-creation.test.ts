import { expect, test } from 'vitest';
import { InternalTopicCreation } from '../../../src/app/services/streams-group/internal-topic-creation.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import type { CreateTopicResult, NewTopic } from '../../../src/ports/topic-admin.ts';
import { silentLogger } from '../../support/silent-logger.ts';

const topic = (name: string) => ({ name, partitions: 1, replicationFactor: -1, configs: [] });

/** Topics are created, or not, when `answer` says so. */
class Topics {
  readonly asked: NewTopic[][] = [];
  nowMs = 0;
  readonly creation: InternalTopicCreation;
  #answer: (results: readonly CreateTopicResult[]) => void = () => {};
  #refuse: (error: unknown) => void = () => {};

  constructor() {
    this.creation = new InternalTopicCreation({
      topics: {
        createTopics: (topics) => {
          this.asked.push([...topics]);
          return new Promise((resolve, reject) => {
            this.#answer = resolve;
            this.#refuse = reject;
          });
        },
      },
      clock: { nowMs: () => this.nowMs },
      logger: silentLogger,
    });
  }

  get names(): string[][] {
    return this.asked.map((topics) => topics.map(({ name }) => name));
  }

  async answer(...results: readonly CreateTopicResult[]): Promise<void> {
    this.#answer(results);
    await settled();
  }

  async refuse(error: unknown): Promise<void> {
    this.#refuse(error);
    await settled();
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

const because = (name: string, message: string): CreateTopicResult => ({
  name,
  error: new KafkaError('INVALID_CONFIG', message),
});

test('a topic is asked for once at a time', async () => {
  const topics = new Topics();
  topics.creation.create([topic('a'), topic('b')], 100);
  topics.creation.create([topic('a'), topic('c')], 100);
  topics.creation.create([topic('a')], 100);
  expect(topics.names).toEqual([['a', 'b'], ['c']]);
  expect(topics.asked[0]?.[0]).toEqual({ ...topic('a'), assignments: [] });
  expect(topics.creation.errorsOf(['a', 'b'])).toEqual([]);
});

test('one that was created is asked for again only where it is missing again', async () => {
  const topics = new Topics();
  topics.creation.create([topic('a')], 100);
  await topics.answer({ name: 'a' });
  topics.creation.create([topic('a')], 100);
  expect(topics.names).toEqual([['a'], ['a']]);
  await topics.answer({ name: 'a', error: new KafkaError('TOPIC_ALREADY_EXISTS') });
  expect(topics.creation.errorsOf(['a'])).toEqual([]);
});

test('one that could not be created is left alone for a while, and why is told', async () => {
  const topics = new Topics();
  topics.creation.create([topic('a'), topic('b')], 100);
  await topics.answer(because('a', 'no such config'), { name: 'b' });
  expect(topics.creation.errorsOf(['b', 'a'])).toEqual([{ name: 'a', message: 'no such config' }]);
  topics.creation.create([topic('a')], 100);
  topics.nowMs = 99;
  topics.creation.create([topic('a')], 100);
  expect(topics.names).toHaveLength(1);
  topics.nowMs = 100;
  expect(topics.creation.errorsOf(['a'])).toEqual([]);
  topics.creation.create([topic('a')], 100);
  expect(topics.names).toHaveLength(2);
});

test('a failure of all is one of each', async () => {
  const topics = new Topics();
  topics.creation.create([topic('a'), topic('b')], 100);
  await topics.refuse(new KafkaError('KAFKA_STORAGE_ERROR', 'the disk is full'));
  expect(topics.creation.errorsOf(['a', 'b']).map(({ message }) => message)).toEqual([
    ...['the disk is full', 'the disk is full'],
  ]);
});

test('so many failures are remembered and no more', async () => {
  const topics = new Topics();
  const names = Array.from({ length: 1_005 }, (_, i) => `t${i}`);
  topics.creation.create(names.map(topic), 100);
  await topics.answer(...names.map((name) => because(name, 'no')));
  const told = topics.creation.errorsOf(names);
  expect(told).toHaveLength(1_000);
  expect(told[0]?.name).toBe('t5');
});
