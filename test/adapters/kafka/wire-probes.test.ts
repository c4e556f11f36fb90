import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handler } from '../../../src/adapters/kafka/request-handler.ts';
import { ALL_APIS, ApiVersionsApi, codec, WireReader } from '../../../src/domain/protocol/index.ts';
import { frame, type Listener, RawClient, startListener } from './listener-fixture.ts';

interface Probe {
  readonly note: string;
  readonly requestHex: string;
  readonly closed: boolean;
  readonly responseHex: string;
}

const probes = gunzipSync(
  readFileSync(new URL('../../protocol/golden/wire-probes.jsonl.gz', import.meta.url)),
)
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Probe);

/** Handlers that would answer for every key Kafka's recorded broker had, so that whole ranges can be compared. */
const served = ALL_APIS.filter(
  ({ key, listeners }) =>
    listeners.includes('broker') && ![17, 18].includes(key) && ![71, 72].includes(key),
).map((api) => handler(api, () => undefined));

let listener: Listener;
beforeAll(async () => {
  listener = await startListener(served);
});
afterAll(() => listener.transport.close());

function decodeApiVersions(bytes: Uint8Array, version: number) {
  return codec(ApiVersionsApi.response, version).decode(new WireReader(bytes, 4));
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
const byKey = (a: { apiKey: number }, b: { apiKey: number }) => a.apiKey - b.apiKey;

describe('odd frames, answered as by Kafka 4.4', () => {
  for (const probe of probes) {
    const request = Buffer.from(probe.requestHex, 'hex');
    const isApiVersions = request.length >= 4 && request.readInt16BE(0) === 18;
    const needsTopics = probe.note.startsWith('Metadata') && !probe.closed;
    if (needsTopics) continue;
    it(probe.note, async () => {
      const client = await RawClient.open(listener.port);
      client.send(frame(request));
      const answer = await client.receive();
      client.close();
      expect(answer === undefined).toBe(probe.closed);
      if (answer === undefined) return;
      const expected = Buffer.from(probe.responseHex, 'hex').subarray(4);
      if (!isApiVersions || expected.length < 40) {
        expect(answer.toString('hex')).toBe(expected.toString('hex'));
        return;
      }
      const version = request.readInt16BE(2);
      const ours = decodeApiVersions(answer, version);
      const kafkas = decodeApiVersions(expected, version);
      expect(ours.errorCode).toBe(kafkas.errorCode);
      expect([...ours.apiKeys].sort(byKey)).toEqual([...kafkas.apiKeys].sort(byKey));
      expect([...ours.supportedFeatures].sort(byName)).toEqual(
        [...kafkas.supportedFeatures].sort(byName),
      );
      const finalised = kafkas.finalizedFeatures.filter(({ name }) => name === 'metadata.version');
      expect(ours.finalizedFeatures).toEqual(finalised);
      expect(answer.readInt32BE(0)).toBe(7);
    });
  }
});
