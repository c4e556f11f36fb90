// Writes what a real broker answers to the scenarios: `node record.ts HOST PORT` against a fresh Kafka with
// group.initial.rebalance.delay.ms=500, group.max.size=3 and offsets.topic.replication.factor=1;
// `node record.ts HOST PORT consumer` for those of consumer groups, with group.consumer.max.size=3 too.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { codec } from '../../../../src/domain/protocol/compile.ts';
import {
  RequestHeader,
  ResponseHeader,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../../../src/domain/protocol/header.ts';
import { ALL_APIS } from '../../../../src/domain/protocol/messages/index.ts';
import { WireReader } from '../../../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../../../src/domain/wire/wire-writer.ts';
import { CONSUMER_SCENARIOS } from './consumer-scenarios.ts';
import { SCENARIOS, TOPICS } from './scenarios.ts';
import { type Answer, type Line, Scene } from './scene.ts';

const [host = '127.0.0.1', port = '9092', which = 'classic'] = process.argv.slice(2);
const scenarios = which === 'consumer' ? CONSUMER_SCENARIOS : SCENARIOS;
const output = which === 'consumer' ? 'kafka-consumer-answers.jsonl' : 'kafka-answers.jsonl';

class Connection {
  private readonly clientId: string;
  private readonly socket = connect(Number(port), host);
  private received = Buffer.alloc(0);
  private waiting: ((frame: Buffer) => void)[] = [];

  constructor(clientId: string) {
    this.clientId = clientId;
    this.socket.on('data', (data) => {
      this.received = Buffer.concat([this.received, data]);
      while (this.received.length >= 4) {
        const end = 4 + this.received.readInt32BE(0);
        if (this.received.length < end) return;
        this.waiting.shift()?.(this.received.subarray(4, end));
        this.received = this.received.subarray(end);
      }
    });
  }

  async ask(name: string, apiVersion: number, request: object): Promise<unknown> {
    const api = ALL_APIS.find((one) => one.name === name);
    if (api === undefined) throw new Error(`no API ${name}`);
    const writer = new WireWriter(256);
    codec(RequestHeader, requestHeaderVersion(api, apiVersion)).encode(writer, {
      requestApiKey: api.key,
      requestApiVersion: apiVersion,
      correlationId: 1,
      clientId: this.clientId,
    });
    codec(api.request, apiVersion).encode(writer, request as never);
    const bytes = writer.toUint8Array();
    const size = Buffer.alloc(4);
    size.writeInt32BE(bytes.length);
    this.socket.write(Buffer.concat([size, bytes]));
    const frame = await new Promise<Buffer>((resolve) => this.waiting.push(resolve));
    const reader = new WireReader(frame);
    codec(ResponseHeader, responseHeaderVersion(api, apiVersion)).decode(reader);
    return codec(api.response, apiVersion).decode(reader);
  }

  close(): void {
    this.socket.destroy();
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const admin = new Connection('admin');
const created: Answer = await admin.ask('CreateTopics', 7, {
  topics: Object.entries(TOPICS).map(([name, numPartitions]) => ({
    ...{ name, numPartitions },
    ...{ replicationFactor: 1, assignments: [], configs: [] },
  })),
  timeoutMs: 10_000,
});
const topicIds: Record<string, string> = Object.fromEntries(
  created.topics.map(({ name, topicId }: Answer) => [name, topicId]),
);
const topicId = topicIds['t'] as string;
for (let left = 100; left > 0; left--) {
  const found: Answer = await admin.ask('FindCoordinator', 4, {
    keyType: 0,
    coordinatorKeys: ['x'],
  });
  if (found.coordinators[0].errorCode === 0) break;
  await sleep(100);
}
// Each group's partition of __consumer_offsets has to be loaded.
for (const group of Object.keys(scenarios)) {
  for (let left = 300; left > 0; left--) {
    const described: Answer = await admin.ask('DescribeGroups', 6, { groups: [group] });
    if (described.groups[0].errorCode === 69) break;
    await sleep(100);
  }
}

const recorded: Record<string, readonly Line[]> = {};
await Promise.all(
  Object.entries(scenarios).map(async ([name, scenario]) => {
    const connections = new Map<string, Connection>();
    const send = (client: string, api: string, version: number, request: object) => {
      const known = connections.get(client) ?? new Connection(client);
      connections.set(client, known);
      return known.ask(api, version, request);
    };
    const scene = new Scene({ name, topicId, topicIds, send, sleep });
    const late = setTimeout(() => console.error(name, JSON.stringify(scene.lines)), 50_000);
    await scenario(scene);
    clearTimeout(late);
    recorded[name] = scene.lines;
    for (const connection of connections.values()) connection.close();
  }),
);
admin.close();
const lines = Object.keys(scenarios).flatMap((scenario) =>
  (recorded[scenario] ?? []).map((line) => JSON.stringify({ scenario, ...line })),
);
writeFileSync(new URL(output, import.meta.url), `${lines.join('\n')}\n`);
