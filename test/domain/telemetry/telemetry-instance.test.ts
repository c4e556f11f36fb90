import { describe, expect, it } from 'vitest';
import { TelemetryInstance } from '../../../src/domain/telemetry/telemetry-instance.ts';

const instance = () => new TelemetryInstance({ metrics: [''], intervalMs: 1_000 }, 7, undefined);
const push = (more: object = {}) => ({
  ...{ subscriptionId: 7, terminating: false, compressionKnown: true, sizeBytes: 10 },
  ...more,
});

describe('a client that tells its metrics', () => {
  it('is heard once an interval', () => {
    const one = instance();
    expect(one.ask(0)).toBe('NONE');
    expect(one.ask(500)).toBe('THROTTLING_QUOTA_EXCEEDED');
    expect(one.push(push(), 100, 600)).toBe('NONE');
    expect(one.push(push(), 100, 1_000)).toBe('THROTTLING_QUOTA_EXCEEDED');
    expect(one.push(push(), 100, 1_600)).toBe('NONE');
    expect(one.ask(2_000)).toBe('THROTTLING_QUOTA_EXCEEDED');
    expect(one.ask(2_600)).toBe('NONE');
  });

  it('asks again at once after its subscription changed', () => {
    const one = instance();
    expect(one.ask(0)).toBe('NONE');
    expect(one.push(push({ subscriptionId: 8 }), 100, 10)).toBe('UNKNOWN_SUBSCRIPTION_ID');
    expect(one.ask(20)).toBe('NONE');
    expect(one.push(push({ compressionKnown: false }), 100, 30)).toBe(
      'UNSUPPORTED_COMPRESSION_TYPE',
    );
    expect(one.ask(40)).toBe('NONE');
    expect(one.push(push({ sizeBytes: 101 }), 100, 50)).toBe('TELEMETRY_TOO_LARGE');
    expect(one.ask(60)).toBe('THROTTLING_QUOTA_EXCEEDED');
  });

  it('tells its last metrics whenever it closes, and nothing after that', () => {
    const one = instance();
    expect(one.ask(0)).toBe('NONE');
    expect(one.push(push(), 100, 10)).toBe('NONE');
    expect(one.push(push({ terminating: true }), 100, 20)).toBe('NONE');
    expect(one.push(push(), 100, 5_000)).toBe('INVALID_REQUEST');
  });

  it('keeps its times when subscriptions change', () => {
    const [older, newer] = [instance(), instance()];
    older.ask(0);
    newer.follow(older);
    expect(newer.ask(10)).toBe('THROTTLING_QUOTA_EXCEEDED');
  });
});
