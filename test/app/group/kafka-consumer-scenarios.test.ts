import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEFAULT_GROUP_CONFIG } from '../../../src/domain/group/group-config.ts';
import { FakeTopic, turn } from '../coordinator/fake-coordinator-topic.ts';
import { GroupBroker, TOPIC_ID, TOPIC_IDS } from './group-broker.ts';
import { CONSUMER_SCENARIOS } from './kafka-scenarios/consumer-scenarios.ts';
import { type Line, Scene } from './kafka-scenarios/scene.ts';

// Written by `kafka-scenarios/record.ts … consumer` from an Apache Kafka 4.4.0.
const file = new URL('kafka-scenarios/kafka-consumer-answers.jsonl', import.meta.url);
const recorded: readonly (Line & { readonly scenario: string })[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const config = {
  initialRebalanceDelayMs: 500,
  consumer: { ...DEFAULT_GROUP_CONFIG.consumer, maxSize: 3 },
};

test.each(Object.keys(CONSUMER_SCENARIOS))('%s, as Kafka answers it', async (name) => {
  const broker = new GroupBroker(new FakeTopic(3, true), config);
  await broker.groups.open();
  const scene = new Scene({
    name,
    topicId: TOPIC_ID,
    topicIds: TOPIC_IDS,
    send: (client, api, version, request) => broker.ask(api, version, request, client),
    async sleep(ms) {
      await turn();
      await broker.time.advance(ms);
      await turn();
    },
  });
  await CONSUMER_SCENARIOS[name]?.(scene);
  const expected = recorded.filter(({ scenario }) => scenario === name);
  expect(scene.lines).toEqual(expected.map(({ scenario: _, ...line }) => line));
  await broker.groups.close();
});
