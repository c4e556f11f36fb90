import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, startTestBroker } from '../../../src/testing/index.ts';
import { type Answer, Scene } from '../../fidelity/scene.ts';

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const OTHER_ID = 'AAAAAAAAAAAAAAAAAAAABw';

let broker: Broker;
let scene: Scene;
beforeEach(async () => {
  const settings = { 'telemetry.topic': 'client-metrics', 'telemetry.max.bytes': 1_000 };
  broker = await startTestBroker({ settings });
  scene = new Scene(broker.port);
});
afterEach(async () => {
  scene.close();
  await broker.close();
});

async function subscribe(configs: Readonly<Record<string, string>>): Promise<number> {
  const answer: Answer = await scene.quietly('IncrementalAlterConfigs', 1, {
    validateOnly: false,
    resources: [
      {
        ...{ resourceType: 16, resourceName: 'all' },
        configs: Object.entries(configs).map(([name, value]) => ({
          ...{ name, value, configOperation: 0 },
        })),
      },
    ],
  });
  return answer.responses[0].errorCode;
}

const ask = (clientInstanceId = NO_ID): Promise<Answer> =>
  scene.quietly('GetTelemetrySubscriptions', 0, { clientInstanceId }, 'c');

const push = (clientInstanceId: string, more: object): Promise<Answer> =>
  scene.quietly(
    'PushTelemetry',
    0,
    { clientInstanceId, terminating: false, compressionType: 0, ...more },
    'c',
  );

describe('metrics of clients', () => {
  it('are asked for and kept in a topic, with who told them', async () => {
    expect(await subscribe({ metrics: 'org.apache.kafka.', 'interval.ms': '100' })).toBe(0);
    await scene.quietly(
      'ApiVersions',
      3,
      { clientSoftwareName: 'scene-client', clientSoftwareVersion: '1.2' },
      'c',
    );
    const given = await ask();
    expect(given).toMatchObject({
      ...{ errorCode: 0, pushIntervalMs: 100, telemetryMaxBytes: 1_000, deltaTemporality: true },
      ...{ requestedMetrics: ['org.apache.kafka.'], acceptedCompressionTypes: [4, 3, 1, 2] },
    });
    const { clientInstanceId, subscriptionId } = given;
    expect(clientInstanceId).not.toBe(NO_ID);
    const metrics = 'metrics '.repeat(100);
    const pushed = await push(clientInstanceId, {
      ...{ subscriptionId, compressionType: 4, metrics: zstdCompressSync(metrics) },
    });
    expect(pushed.errorCode).toBe(0);
    const [record] = await broker.fetch('client-metrics', 0, 0n, { maxMessages: 10 });
    expect(record!.key!.toString()).toBe(clientInstanceId);
    expect(record!.value!.toString()).toBe(metrics);
    expect(record!.headers.map(({ key, value }) => `${key}=${value}`)).toEqual([
      ...['client_id=c', 'client_software_name=scene-client', 'client_software_version=1.2'],
      'client_source_address=127.0.0.1',
    ]);
  });

  it('are refused where they are not as they were asked for', async () => {
    await subscribe({ metrics: '*', 'interval.ms': '1000' });
    const { clientInstanceId, subscriptionId } = await ask();
    const metrics = new Uint8Array(10);
    expect((await ask(clientInstanceId)).errorCode).toBe(89);
    expect((await push(NO_ID, { subscriptionId, metrics })).errorCode).toBe(42);
    expect((await push(OTHER_ID, { subscriptionId, metrics })).errorCode).toBe(117);
    const garbage = { subscriptionId, compressionType: 1, metrics };
    expect((await push(clientInstanceId, garbage)).errorCode).toBe(87);
    expect((await push(clientInstanceId, { subscriptionId, metrics })).errorCode).toBe(89);
    const { clientInstanceId: another, subscriptionId: id } = await ask();
    const large = { subscriptionId: id, metrics: new Uint8Array(1_001) };
    expect((await push(another, large)).errorCode).toBe(118);
    expect(await broker.listTopics()).not.toContain('client-metrics');
  });

  it('are not asked for without a subscription, and one of no sense is refused', async () => {
    expect((await ask()).requestedMetrics).toEqual([]);
    expect(await subscribe({ match: 'client_name=x' })).toBe(40);
    expect(await subscribe({ 'interval.ms': '10' })).not.toBe(0);
  });
});

it('are not served where nobody keeps them', async () => {
  await using plain = await startTestBroker();
  const other = new Scene(plain.port);
  const { apiKeys }: Answer = await other.quietly('ApiVersions', 0, {});
  other.close();
  const keys = apiKeys.map((one: Answer) => one.apiKey);
  expect(keys).not.toContain(71);
  expect(keys).not.toContain(72);
});
