import type { ErrorName } from '../domain/error-code.ts';
import type { TelemetryClient } from '../domain/telemetry/telemetry-client.ts';

export type { TelemetryClient } from '../domain/telemetry/telemetry-client.ts';

export interface GivenSubscription {
  readonly error: ErrorName;
  readonly subscriptionId: number;
  readonly pushIntervalMs: number;
  readonly telemetryMaxBytes: number;
  /** Prefixes of the metrics that are wanted; the empty one stands for all, an empty list for none. */
  readonly metrics: readonly string[];
}

export interface PushedTelemetry {
  readonly subscriptionId: number;
  readonly terminating: boolean;
  /** As in record batches. */
  readonly compressionType: number;
  /** OTLP `MetricsData`, compressed so. Borrowed until the promise settles. */
  readonly metrics: Uint8Array;
}

/** Takes the metrics of clients (inbound, KIP-714). */
export interface ClientTelemetry {
  /** An id for a client that has none yet. */
  newClientInstanceId(): string;
  subscription(client: TelemetryClient): GivenSubscription;
  /** NONE: the metrics are stored. */
  push(client: TelemetryClient, pushed: PushedTelemetry): Promise<ErrorName>;
}
