import { describe, expect, it } from 'vitest';
import type { TelemetryClient } from '../../../src/domain/telemetry/telemetry-client.ts';
import {
  requestedTelemetry,
  telemetrySubscriptionOf,
} from '../../../src/domain/telemetry/telemetry-subscription.ts';

const CLIENT: TelemetryClient = {
  ...{ clientInstanceId: 'AbCdEfGhIjKlMnOpQrStUv', clientId: 'orders-7' },
  ...{ softwareName: 'apache-kafka-java', softwareVersion: '4.4.0' },
  ...{ sourceAddress: '10.0.0.7', sourcePort: 54321 },
};

const subscription = (configs: Readonly<Record<string, string>>) =>
  telemetrySubscriptionOf(new Map(Object.entries(configs)));

describe('subscriptions to client metrics', () => {
  it.each([
    ['', true],
    ['client_id=orders-.*', true],
    ['client_id=orders', false],
    ['client_software_name=apache-kafka-(java|go), client_software_version=4\\..*', true],
    ['client_software_name=librdkafka,client_id=orders-7', false],
    ['client_source_address=10\\.0\\..*', true],
    ['client_source_port=54321', true],
    ['client_instance_id=AbCdEfGhIjKlMnOpQrStUv', true],
  ])('match %s', (match, matches) => {
    expect(subscription({ match, metrics: '*' }).matches(CLIENT)).toBe(matches);
  });

  it.each(['client_name=x', 'client_id', '=x', 'client_id=(', 'client_id=[z-a]', 'constructor=x'])(
    'are refused with the match %s',
    (match) => {
      expect(() => subscription({ match })).toThrowError(
        expect.objectContaining({ errorName: 'INVALID_CONFIG' }),
      );
    },
  );

  it('ask a client for what all that match want, as often as the most frequent one', () => {
    const all = [
      subscription({ metrics: 'org.apache.kafka.producer.', 'interval.ms': '5000' }),
      subscription({ metrics: 'a.b,org.apache.kafka.producer.', 'interval.ms': '1000' }),
      subscription({ metrics: 'c.d', 'interval.ms': '100', match: 'client_id=other' }),
      subscription({ 'interval.ms': '100' }),
    ];
    expect(requestedTelemetry(all, CLIENT)).toEqual({
      ...{ metrics: ['a.b', 'org.apache.kafka.producer.'], intervalMs: 1000 },
    });
    const every = [...all, subscription({ metrics: '*' })];
    expect(requestedTelemetry(every, CLIENT).metrics).toEqual(['']);
    expect(requestedTelemetry([], CLIENT)).toEqual({ metrics: [], intervalMs: 300_000 });
  });
});
