// A client that knows nothing but the protocol, so that both brokers get the same bytes.
import { connect } from 'node:net';
import { codec } from '../../src/domain/protocol/compile.ts';
import {
  RequestHeader,
  ResponseHeader,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../src/domain/protocol/header.ts';
import { ALL_APIS } from '../../src/domain/protocol/messages/index.ts';
import { WireReader } from '../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../src/domain/wire/wire-writer.ts';

const APIS = new Map(ALL_APIS.map((api) => [api.name, api]));

export class WireClient {
  #socket;
  #clientId;
  #waiting = new Map();
  /** What came of the next answer, and how long it is with its length in front; 4 until that is known. */
  #chunks = [];
  #receivedBytes = 0;
  #wantedBytes = 4;
  #correlationId = 0;

  static open(port, clientId = 'bench') {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new WireClient(socket, clientId)));
    });
  }

  constructor(socket, clientId) {
    this.#socket = socket;
    this.#clientId = clientId;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('close', () => this.#fail(new Error('the broker hung up')));
    socket.on('error', (error) => this.#fail(error));
  }

  /** Resolves with the decoded answer; requests may follow one another without waiting. */
  ask(name, version, request) {
    const api = APIS.get(name);
    this.#correlationId += 1;
    const correlationId = this.#correlationId;
    const writer = new WireWriter(512);
    writer.writeInt32(0);
    codec(RequestHeader, requestHeaderVersion(api, version)).encode(writer, {
      ...{ requestApiKey: api.key, requestApiVersion: version, correlationId },
      clientId: this.#clientId,
    });
    codec(api.request, version).encode(writer, request);
    const bytes = Buffer.from(writer.toUint8Array());
    bytes.writeInt32BE(bytes.length - 4, 0);
    this.#socket.write(bytes);
    return new Promise((resolve, reject) => {
      this.#waiting.set(correlationId, { api, version, resolve, reject });
    });
  }

  close() {
    this.#socket.destroy();
  }

  #take(bytes) {
    this.#chunks.push(bytes);
    this.#receivedBytes += bytes.length;
    // A large answer comes in many pieces, which are put together once.
    while (this.#receivedBytes >= this.#wantedBytes) {
      const [first] = this.#chunks;
      const received = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
      this.#wantedBytes = 4 + received.readInt32BE(0);
      const isWhole = received.length >= this.#wantedBytes;
      const rest = isWhole ? received.subarray(this.#wantedBytes) : received;
      if (isWhole) this.#answer(received.subarray(4, this.#wantedBytes));
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#receivedBytes = rest.length;
      if (isWhole) this.#wantedBytes = 4;
    }
  }

  #answer(frame) {
    const correlationId = frame.readInt32BE(0);
    const { api, version, resolve } = this.#waiting.get(correlationId);
    this.#waiting.delete(correlationId);
    const reader = new WireReader(frame);
    codec(ResponseHeader, responseHeaderVersion(api, version)).decode(reader);
    resolve(codec(api.response, version).decode(reader));
  }

  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Creates a topic and waits until all of its partitions answer; gives its id. */
export async function createTopic(client, name, partitions, configs = {}) {
  const { topics } = await client.ask('CreateTopics', 7, {
    topics: [
      {
        ...{ name, numPartitions: partitions, replicationFactor: 1, assignments: [] },
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
    ...{ timeoutMs: 30_000, validateOnly: false },
  });
  if (topics[0].errorCode !== 0) throw new Error(`${name}: ${topics[0].errorMessage}`);
  for (;;) {
    const found = await client.ask('ListOffsets', 7, {
      ...{ replicaId: -1, isolationLevel: 0 },
      topics: [
        {
          name,
          partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
            ...{ partitionIndex, currentLeaderEpoch: -1, timestamp: -1n },
          })),
        },
      ],
    });
    if (found.topics[0].partitions.every(({ errorCode }) => errorCode === 0)) break;
    await pause(20);
  }
  return topics[0].topicId;
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Asks again while the answer's error passes by itself: coordinators load, topics appear. */
export async function untilDone(ask, errorOf, limitMs = 60_000) {
  const PASSING = new Set([3, 5, 14, 15, 16, 51]);
  const endMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    const error = errorOf(answer);
    if (error === 0) return answer;
    if (!PASSING.has(error) || performance.now() > endMs) throw new Error(`error ${error}`);
    await pause(5);
  }
}
