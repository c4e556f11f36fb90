import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FakeTopic, turn } from '../coordinator/fake-coordinator-topic.ts';
import { GroupBroker, TOPIC_ID } from './group-broker.ts';
import { SCENARIOS } from './kafka-scenarios/scenarios.ts';
import { type Line, Scene } from './kafka-scenarios/scene.ts';

// Written by kafka-scenarios/record.ts from an Apache Kafka 4.4.0.
const file = new URL('kafka-scenarios/kafka-answers.jsonl', import.meta.url);
const recorded: readonly (Line & { readonly scenario: string })[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

test.each(Object.keys(SCENARIOS))('%s, as Kafka answers it', async (name) => {
  const config = { initialRebalanceDelayMs: 500, maxSize: 3 };
  const broker = new GroupBroker(new FakeTopic(3, true), config);
  await broker.groups.open();
  const scene = new Scene({
    name,
    topicId: TOPIC_ID,
    send: (client, api, version, request) => broker.ask(api, version, request, client),
    async sleep(ms) {
      await turn();
      await broker.time.advance(ms);
      await turn();
    },
  });
  await SCENARIOS[name]?.(scene);
  const expected = recorded.filter(({ scenario }) => scenario === name);
  expect(scene.lines).toEqual(expected.map(({ scenario: _, ...line }) => line));
  await broker.groups.close();
});
