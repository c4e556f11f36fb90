import type { ErrorName } from '../../../domain/error-code.ts';
import { COMPRESSION_TYPES, type CompressionType } from '../../../domain/record/compression.ts';
import { TelemetryInstance } from '../../../domain/telemetry/telemetry-instance.ts';
import {
  requestedTelemetry,
  type TelemetrySubscription,
  telemetrySubscriptionOf,
} from '../../../domain/telemetry/telemetry-subscription.ts';
import type { Catalog, ResourceConfigs } from '../../../ports/catalog.ts';
import type { Checksum } from '../../../ports/checksum.ts';
import type {
  ClientTelemetry,
  GivenSubscription,
  PushedTelemetry,
  TelemetryClient,
} from '../../../ports/client-telemetry.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Compression } from '../../../ports/compression.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { Random } from '../../../ports/random.ts';

export interface ClientTelemetryOptions {
  readonly catalog: Pick<Catalog, 'metadata'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly checksum: Checksum;
  readonly compression: Compression;
  readonly logger: Logger;
  /** telemetry.max.bytes */
  readonly telemetryMaxBytes: number;
  /** Stores what a client told; rejects when it could not be stored. */
  readonly store: (client: TelemetryClient, metrics: Uint8Array) => Promise<void>;
}

/** More than this many clients are not remembered: the longest silent one is forgotten, and asks anew. */
const INSTANCES_MAX = 10_000;
/** What is decompressed is text and numbers of one client. */
const GROWTH_MAX = 16;

const utf8 = new TextEncoder();

/** Kafka's ClientMetricsManager. */
export class ClientTelemetryService implements ClientTelemetry {
  readonly #o: ClientTelemetryOptions;
  /** By client instance id, the longest silent one first. */
  readonly #instances = new Map<string, TelemetryInstance>();
  #configs: ReadonlyMap<string, ResourceConfigs> | undefined;
  #subscriptions: readonly TelemetrySubscription[] = [];

  constructor(options: ClientTelemetryOptions) {
    this.#o = options;
  }

  newClientInstanceId(): string {
    return this.#o.random.topicId();
  }

  subscription(client: TelemetryClient): GivenSubscription {
    const nowMs = this.#o.clock.nowMs();
    const instance = this.#instanceOf(client);
    const error = instance.ask(nowMs);
    const { subscriptionId, requested } = instance;
    const { metrics, intervalMs: pushIntervalMs } = requested;
    const { telemetryMaxBytes } = this.#o;
    return { error, subscriptionId, pushIntervalMs, telemetryMaxBytes, metrics };
  }

  async push(client: TelemetryClient, pushed: PushedTelemetry): Promise<ErrorName> {
    const nowMs = this.#o.clock.nowMs();
    const { telemetryMaxBytes } = this.#o;
    const { subscriptionId, terminating, metrics } = pushed;
    const type = COMPRESSION_TYPES[pushed.compressionType];
    const error = this.#instanceOf(client).push(
      {
        ...{ subscriptionId, terminating, compressionKnown: type !== undefined },
        sizeBytes: metrics.length,
      },
      telemetryMaxBytes,
      nowMs,
    );
    if (error !== 'NONE' || metrics.length === 0 || type === undefined) return error;
    const plain = this.#plain(type, metrics);
    if (plain === undefined) return 'INVALID_RECORD';
    try {
      await this.#o.store(client, plain);
      return 'NONE';
    } catch (cause) {
      this.#o.logger.warn({ err: cause }, 'the metrics of a client could not be stored');
      return 'KAFKA_STORAGE_ERROR';
    }
  }

  #plain(type: CompressionType, metrics: Uint8Array): Uint8Array | undefined {
    if (type === 'none') return metrics;
    try {
      return this.#o.compression.decompress(type, metrics, this.#o.telemetryMaxBytes * GROWTH_MAX);
    } catch {
      return undefined;
    }
  }

  #instanceOf(client: TelemetryClient): TelemetryInstance {
    this.#readSubscriptions();
    const { clientInstanceId } = client;
    const known = this.#instances.get(clientInstanceId);
    this.#instances.delete(clientInstanceId);
    const instance =
      known?.basis === this.#configs && known !== undefined
        ? known
        : this.#newInstance(client, known);
    this.#instances.set(clientInstanceId, instance);
    if (this.#instances.size > INSTANCES_MAX) {
      const [oldest] = this.#instances.keys();
      this.#instances.delete(oldest!);
    }
    return instance;
  }

  #newInstance(client: TelemetryClient, older: TelemetryInstance | undefined): TelemetryInstance {
    const requested = requestedTelemetry(this.#subscriptions, client);
    const { metrics, intervalMs } = requested;
    // Different for each client and each state of its subscriptions, the same after a restart.
    const text = utf8.encode(JSON.stringify([metrics, intervalMs, client.clientInstanceId]));
    const subscriptionId = this.#o.checksum.crc32c(text, 0, text.length) | 0;
    const instance = new TelemetryInstance(requested, subscriptionId, this.#configs);
    if (older !== undefined) instance.follow(older);
    return instance;
  }

  #readSubscriptions(): void {
    const { clientMetricsConfigs } = this.#o.catalog.metadata;
    if (clientMetricsConfigs === this.#configs) return;
    this.#configs = clientMetricsConfigs;
    this.#subscriptions = [...clientMetricsConfigs].flatMap(([name, configs]) => {
      try {
        return [telemetrySubscriptionOf(configs)];
      } catch (error) {
        // It was checked when it was set, by the version that ran then.
        this.#o.logger.warn({ name, err: error }, 'a subscription to client metrics is left out');
        return [];
      }
    });
  }
}
