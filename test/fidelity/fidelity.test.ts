import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startTestBroker } from '../../src/testing/index.ts';
import { DEVIATIONS, deviationOf } from './deviations.ts';
import { differences } from './differences.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { type Line, Scene } from './scene.ts';

// Recorded by record.mts from an Apache Kafka 4.4.0 as it comes, with one node.
function recorded(file: string): readonly (Line & { readonly scenario: string })[] {
  const bytes = readFileSync(new URL(`recorded/${file}.jsonl.gz`, import.meta.url));
  const lines = gunzipSync(bytes).toString().trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

let broker: Broker;
beforeAll(async () => {
  const settings = { 'node.id': 1, 'offsets.topic.num.partitions': 50 };
  broker = await startTestBroker({ settings });
});
afterAll(() => broker.close());
const met = new Set<string>();

describe.each(Object.entries(SCENARIOS))('%s', (file, scenarios) => {
  const kafka = recorded(file);
  test.each(Object.entries(scenarios))('%s, as Kafka answers it', async (name, play) => {
    const scene = new Scene(broker.port);
    await play(scene);
    scene.close();
    const expected = kafka.filter(({ scenario }) => scenario === name);
    expect(scene.lines.map(({ step }) => step)).toEqual(expected.map(({ step }) => step));
    const unexplained: string[] = [];
    for (const [i, ours] of scene.lines.entries()) {
      for (const difference of differences(expected[i]?.answer, ours.answer)) {
        const deviation = deviationOf(name, ours, difference);
        if (deviation !== undefined) met.add(deviation);
        else unexplained.push(`${ours.api} v${ours.version} ${ours.step}: ${difference}`);
      }
    }
    expect(unexplained).toEqual([]);
  });
});

test('every deviation in the table is one', () => {
  expect([...met].sort()).toEqual(Object.keys(DEVIATIONS).sort());
});
