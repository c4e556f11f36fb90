import { describe, expect, it } from 'vitest';
import {
  CONNECTION_LIMITS_DEFAULT,
  type ConnectionLimits,
} from '../../../src/adapters/kafka/connection-limits.ts';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import { connectionLimitsOf } from '../../../src/domain/config/connection-limits-of.ts';

function limitsOf(values: Record<string, string> = {}) {
  return connectionLimitsOf(new BrokerConfig(new Map(Object.entries(values))));
}

describe('connectionLimitsOf', () => {
  it('gives what a listener has by default, in its shape', () => {
    const limits: Partial<ConnectionLimits> = limitsOf();
    expect(CONNECTION_LIMITS_DEFAULT).toMatchObject(limits);
  });

  it('takes the keys of Kafka', () => {
    expect(
      limitsOf({
        'socket.request.max.bytes': '1000',
        'queued.max.request.bytes': '5000',
        'max.connections': '7',
        'connections.max.idle.ms': '60000',
      }),
    ).toEqual({
      requestBytesMax: 1000,
      queuedRequestBytesMax: 5000,
      connectionsMax: 7,
      connectionsPerHostMax: 2_147_483_647,
      connectionIdleMs: 60_000,
    });
  });

  it.each(['-1', '0'])('has room for any request where %s bytes may be queued', (text) => {
    const { queuedRequestBytesMax, requestBytesMax } = limitsOf({
      'queued.max.request.bytes': text,
      'socket.request.max.bytes': '2000000000',
    });
    expect(queuedRequestBytesMax).toBeGreaterThanOrEqual(requestBytesMax);
  });

  it('keeps silent connections for ever where the time is negative', () => {
    expect(limitsOf({ 'connections.max.idle.ms': '-1' }).connectionIdleMs).toBeGreaterThan(1e15);
  });
});
