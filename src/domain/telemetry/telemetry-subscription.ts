import { KafkaError } from '../kafka-error.ts';
import { LinearPattern } from '../pattern/linear-pattern.ts';
import type { ResourceConfigs } from '../topic/cluster-metadata.ts';
import type { TelemetryClient } from './telemetry-client.ts';

const INTERVAL_MS_DEFAULT = 300_000;
/** Stands for all metrics in a subscription; clients are told the empty prefix for it. */
const EVERY_METRIC = '*';

/** By the names that `match` has for them (Kafka's ClientMetricsConfigs). */
const CLIENT_PROPERTIES: Readonly<Record<string, (client: TelemetryClient) => string>> = {
  client_instance_id: (client) => client.clientInstanceId,
  client_id: (client) => client.clientId,
  client_software_name: (client) => client.softwareName,
  client_software_version: (client) => client.softwareVersion,
  client_source_address: (client) => client.sourceAddress,
  client_source_port: (client) => String(client.sourcePort),
};

/** Which metrics an administrator wants of which clients, how often (KIP-714). */
export interface TelemetrySubscription {
  /** Prefixes of names. */
  readonly metrics: readonly string[];
  readonly intervalMs: number;
  matches(client: TelemetryClient): boolean;
}

/** Reads the configs of a client metrics resource; throws INVALID_CONFIG for a `match` of no sense. */
export function telemetrySubscriptionOf(configs: ResourceConfigs): TelemetrySubscription {
  const patterns = listOf(configs.get('match')).map(propertyPattern);
  return {
    metrics: listOf(configs.get('metrics')),
    intervalMs: Number(configs.get('interval.ms') ?? INTERVAL_MS_DEFAULT),
    matches: (client) =>
      patterns.every(({ property, pattern }) => pattern.matches(property(client))),
  };
}

/** What one client is asked for: all that any of its subscriptions wants, as often as the most frequent one. */
export interface RequestedTelemetry {
  readonly metrics: readonly string[];
  readonly intervalMs: number;
}

export function requestedTelemetry(
  subscriptions: Iterable<TelemetrySubscription>,
  client: TelemetryClient,
): RequestedTelemetry {
  const metrics = new Set<string>();
  let intervalMs = Number.POSITIVE_INFINITY;
  for (const subscription of subscriptions) {
    if (subscription.metrics.length === 0 || !subscription.matches(client)) continue;
    for (const metric of subscription.metrics) metrics.add(metric);
    intervalMs = Math.min(intervalMs, subscription.intervalMs);
  }
  const all = metrics.has(EVERY_METRIC);
  return {
    metrics: all ? [''] : [...metrics].sort(),
    intervalMs: Number.isFinite(intervalMs) ? intervalMs : INTERVAL_MS_DEFAULT,
  };
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function propertyPattern(text: string): {
  readonly property: (client: TelemetryClient) => string;
  readonly pattern: LinearPattern;
} {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0)).trim();
  const property = Object.hasOwn(CLIENT_PROPERTIES, name) ? CLIENT_PROPERTIES[name] : undefined;
  if (property === undefined) {
    const names = Object.keys(CLIENT_PROPERTIES).join(', ');
    throw new KafkaError(
      'INVALID_CONFIG',
      `match is a list of property=pattern, with ${names}; this is none: ${text}`,
    );
  }
  try {
    return { property, pattern: new LinearPattern(text.slice(at + 1).trim()) };
  } catch (error) {
    const message = `the pattern of ${name} cannot be read: ${(error as Error).message}`;
    throw new KafkaError('INVALID_CONFIG', message, { cause: error });
  }
}
