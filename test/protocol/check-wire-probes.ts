import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { metadataHandler } from '../../src/adapters/kafka/handlers/metadata.ts';
import { handler, type RequestHandler } from '../../src/adapters/kafka/request-handler.ts';
import { ALL_APIS, ApiVersionsApi, codec, WireReader } from '../../src/domain/protocol/index.ts';
import { MetadataApi } from '../../src/domain/protocol/messages/metadata.ts';
import { emptyClusterMetadata } from '../../src/domain/topic/cluster-metadata.ts';
import { replayMetadata } from '../../src/domain/topic/cluster-metadata-draft.ts';
import { newTopicRecords } from '../../src/domain/topic/new-topic-plan.ts';
import {
  frame,
  type Listener,
  RawClient,
  startListener,
} from '../adapters/kafka/listener-fixture.ts';
import { assertEqual, hex, type Vector, type VectorChecker } from './vector-checker.ts';

interface Probe {
  readonly note: string;
  readonly requestHex: string;
  readonly closed: boolean;
  readonly responseHex: string;
}

const probes = gunzipSync(readFileSync(new URL('./golden/wire-probes.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Probe);

const METADATA_KEY = 3;
/** Below this an ApiVersions answer is an error, and compared byte for byte. */
const SHORTEST_FULL_ANSWER = 40;
/** SaslHandshake, SaslAuthenticate and ApiVersions are of the listener itself; the keys of telemetry need a receiver, which was not there. */
const LEFT_OUT = [17, 18, 36, 71, 72];

/** Handlers that would answer for every key Kafka's recorded broker had, so that whole ranges can be compared. */
const served = [
  ...ALL_APIS.filter(
    ({ key, listeners }) =>
      listeners.includes('broker') && key !== METADATA_KEY && !LEFT_OUT.includes(key),
  ).map((api) => handler(api, () => undefined)),
  recordedMetadata(),
];

function answerOf(note: string): Uint8Array {
  const probe = probes.find((each) => each.note === note);
  if (probe === undefined) throw new Error(`no probe has the note ${note}`);
  // Behind the length and the correlation id.
  return Buffer.from(probe.responseHex, 'hex').subarray(8);
}

/** Metadata of a catalog with the topics the recorded broker had, in its order. */
function recordedMetadata(): RequestHandler {
  const all = codec(MetadataApi.response, 0).decode(
    new WireReader(answerOf('Metadata v0, all topics')),
  );
  const flexible = answerOf('Metadata v12 with trailing bytes').subarray(1);
  const { clusterId } = codec(MetadataApi.response, 12).decode(new WireReader(flexible));
  const records = all.topics.flatMap(({ name, partitions }, index) => {
    const topicId = Buffer.from(String(index).padStart(16, 'x')).toString('base64url');
    const replicas = partitions.map(({ replicaNodes }) => replicaNodes);
    return newTopicRecords(topicId, name ?? '', replicas, new Map());
  });
  const metadata = replayMetadata(emptyClusterMetadata(clusterId ?? ''), records, 1n);
  const { nodeId, host, port } = all.brokers[0] as (typeof all.brokers)[number];
  return metadataHandler({
    catalog: { metadata },
    topics: { ensureTopic: () => Promise.reject(new Error('no topic shall be made')) },
    identity: () => ({ nodeId, host, port, clusterId: metadata.clusterId }),
    autoCreateTopics: () => false,
  });
}

let listener: Promise<Listener> | undefined;

/** Sends the odd frame to a listener of ours and compares what comes back, or that it hangs up. */
async function checkProbe(probe: Probe): Promise<void> {
  listener ??= startListener(served);
  const { port } = await listener;
  const request = Buffer.from(probe.requestHex, 'hex');
  const client = await RawClient.open(port);
  client.send(frame(request));
  const answer = await client.receive();
  client.close();
  assertEqual(answer === undefined, probe.closed, 'closed');
  if (answer === undefined) return;
  const expected = Buffer.from(probe.responseHex, 'hex').subarray(4);
  const isApiVersions = request.length >= 4 && request.readInt16BE(0) === ApiVersionsApi.key;
  if (!isApiVersions || expected.length < SHORTEST_FULL_ANSWER) {
    assertEqual(hex(answer), hex(expected), 'answer');
    return;
  }
  assertEqual(answer.readInt32BE(0), expected.readInt32BE(0), 'correlation id');
  const version = request.readInt16BE(2);
  assertEqual(comparable(answer, version), comparable(expected, version), 'ApiVersions');
}

/** Order is Kafka's hash maps' own, and of finalised features the recorded broker had more than are served here. */
function comparable(bytes: Uint8Array, version: number): string {
  const answer = codec(ApiVersionsApi.response, version).decode(new WireReader(bytes, 4));
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const sorted = {
    errorCode: answer.errorCode,
    apiKeys: [...answer.apiKeys].sort((a, b) => a.apiKey - b.apiKey),
    supportedFeatures: [...answer.supportedFeatures].sort(byName),
    finalizedFeatures: answer.finalizedFeatures.filter(({ name }) => name === 'metadata.version'),
  };
  return JSON.stringify(sorted, (_key, value) =>
    typeof value === 'bigint' ? value.toString() : (value as unknown),
  );
}

export const checkers: readonly VectorChecker[] = [
  {
    form: 'wire probes',
    recognises: (vector: Vector) => 'requestHex' in vector && 'closed' in vector,
    check: (vector) => checkProbe(vector as Probe),
    close: async () => {
      await (await listener)?.transport.close();
      listener = undefined;
    },
  },
];
