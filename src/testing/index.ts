import type { Broker } from '../app/embedded/broker.ts';
import type { CreateTopicOptions } from '../app/embedded/embedded-topics.ts';
import { type StartBrokerOptions, startBroker } from '../app/embedded/start-broker.ts';

export type { Broker } from '../app/embedded/broker.ts';

export interface StartTestBrokerOptions extends StartBrokerOptions {
  /** Topics to begin with: names, or what they shall be like by name. */
  readonly topics?: readonly string[] | Readonly<Record<string, CreateTopicOptions>>;
}

/** One partition for groups, and no waiting for further members: what a test wants. */
const TEST_SETTINGS = {
  'offsets.topic.num.partitions': 1,
  'group.initial.rebalance.delay.ms': 0,
  'group.streams.initial.rebalance.delay.ms': 0,
};

/**
 * A broker for one test: in memory, on a free port, silent unless told otherwise. Any number can run in a process.
 * `await using broker = await startTestBroker({ topics: ['orders'] })` closes it at the end of the block.
 */
export async function startTestBroker(options: StartTestBrokerOptions = {}): Promise<Broker> {
  const { topics = [], settings, ...rest } = options;
  const broker = await startBroker({
    ...{ storage: 'memory', port: 0, logLevel: 'silent' },
    ...rest,
    settings: { ...TEST_SETTINGS, ...settings },
  });
  const wanted: [string, CreateTopicOptions][] = Array.isArray(topics)
    ? topics.map((name: string) => [name, {}])
    : Object.entries(topics as Readonly<Record<string, CreateTopicOptions>>);
  try {
    for (const [name, topic] of wanted) await broker.createTopic(name, topic);
  } catch (error) {
    await broker.close();
    throw error;
  }
  return broker;
}
