import { Peer } from './peer.ts';
import { Plain } from './plain.ts';

// biome-ignore lint/suspicious/noExplicitAny: scenarios look into answers of every API
export type Answer = any;

/** One request of a scenario and what came back. The request is kept to tell lines apart, not compared. */
export interface Line {
  readonly api: string;
  readonly version: number;
  readonly step: string;
  readonly answer: unknown;
}

export interface TopicOptions {
  readonly partitions?: number;
  readonly configs?: Readonly<Record<string, string>>;
}

/** What a scenario asks a broker, and writes down. */
export class Scene {
  readonly lines: Line[] = [];
  readonly #peer: Peer;
  readonly #plain = new Plain();

  constructor(port: number) {
    this.#peer = new Peer(port);
  }

  /** Asks and writes the answer down; `view` leaves out of it what cannot be compared. */
  async ask(
    step: string,
    api: string,
    version: number,
    request: object,
    options: { view?: (answer: Answer) => unknown; client?: string } = {},
  ): Promise<Answer> {
    const answer = await this.quietly(api, version, request, options.client);
    const shown =
      typeof answer === 'object' ? (options.view?.(answer) ?? answer) : (answer ?? 'hung up');
    this.lines.push({ step, api, version, answer: this.#plain.of(shown) });
    return answer;
  }

  quietly(api: string, version: number, request: object, client = 'scene'): Promise<Answer> {
    return this.#peer.ask(api, version, request, client);
  }

  async send(api: string, version: number, request: object, client = 'scene'): Promise<void> {
    await this.#peer.send(api, version, request, client);
  }

  /** Creates a topic, waits until it can be used, and gives its id. */
  async create(name: string, options: TopicOptions = {}): Promise<string> {
    const { partitions = 1, configs = {} } = options;
    const created: Answer = await this.quietly('CreateTopics', 7, {
      topics: [
        {
          ...{ name, numPartitions: partitions, replicationFactor: 1, assignments: [] },
          configs: Object.entries({ 'retention.ms': '-1', ...configs }).map(([key, value]) => ({
            name: key,
            value,
          })),
        },
      ],
    });
    if (created.topics[0].errorCode !== 0)
      throw new Error(`${name}: ${created.topics[0].errorMessage}`);
    await this.ready(name, partitions);
    return created.topics[0].topicId;
  }

  async ready(name: string, partitions: number): Promise<void> {
    const wanted = Array.from({ length: partitions }, (_, partitionIndex) => ({
      partitionIndex,
      timestamp: -1n,
    }));
    for (let left = 100; left > 0; left--) {
      const answer: Answer = await this.quietly('ListOffsets', 7, {
        ...{ replicaId: -1, isolationLevel: 0 },
        topics: [{ name, partitions: wanted }],
      });
      if (answer.topics[0].partitions.every((one: Answer) => one.errorCode === 0)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${name} does not become ready`);
  }

  /** A new producer id. Kafka asks its controller for the first ones, and refuses meanwhile. */
  async producerId(): Promise<bigint> {
    for (let left = 100; left > 0; left--) {
      const request = { transactionalId: null, transactionTimeoutMs: 0 };
      const answer: Answer = await this.quietly('InitProducerId', 4, request);
      if (answer.errorCode === 0) return answer.producerId;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('no producer id');
  }

  close(): void {
    this.#peer.close();
  }
}

export type Scenario = (scene: Scene) => Promise<void>;
