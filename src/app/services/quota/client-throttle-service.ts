import type { ClientQuotas } from '../../../domain/quota/client-quotas.ts';
import {
  connectionRateBound,
  type EffectiveQuota,
  effectiveQuota,
} from '../../../domain/quota/effective-quota.ts';
import type { QuotaKey } from '../../../domain/quota/quota-value.ts';
import { type QuotaWindow, SampledRate } from '../../../domain/quota/sampled-rate.ts';
import { TokenBucket } from '../../../domain/quota/token-bucket.ts';
import type { Catalog } from '../../../ports/catalog.ts';
import type {
  ClientThrottle,
  MutationPermits,
  QuotaClient,
} from '../../../ports/client-throttle.ts';
import type { Clock } from '../../../ports/clock.ts';
import { NO_MUTATION_BOUND, TokenPermits } from './mutation-permits.ts';

export interface ClientThrottleOptions {
  readonly catalog: Pick<Catalog, 'metadata'>;
  readonly clock: Clock;
  readonly window: QuotaWindow;
  /** controller.quota.window.* */
  readonly mutationWindow: QuotaWindow;
}

/** More clients than this are looked through for those that are quiet, each time as many came. */
const TRACKED_BEFORE_SWEEP = 1_000;

/** Keeps the rates of clients that have quotas. A client that was quiet for a window is forgotten. */
export class ClientThrottleService implements ClientThrottle {
  readonly #o: ClientThrottleOptions;
  /** What `#effective` was found in; another object means other quotas. */
  #quotas: ClientQuotas | undefined;
  readonly #effective = new Map<string, EffectiveQuota | undefined>();
  readonly #rates = new Map<string, SampledRate>();
  readonly #buckets = new Map<string, TokenBucket>();
  #sweepAt = TRACKED_BEFORE_SWEEP;

  constructor(options: ClientThrottleOptions) {
    this.#o = options;
  }

  get active(): boolean {
    return this.#o.catalog.metadata.clientQuotas.size > 0;
  }

  produced(client: QuotaClient, bytes: number): number {
    return this.#record('producer_byte_rate', client, bytes);
  }

  fetched(client: QuotaClient, bytes: number): number {
    const quota = this.#quotaOf('consumer_byte_rate', client);
    if (quota === undefined) return 0;
    const wasIdle = this.#rates.get(quota.sharedBy)?.isIdle(this.#o.clock.nowMs()) ?? true;
    const waitMs = this.#recordAt(quota, bytes);
    // A batch larger than a whole window allows goes when nothing else did: its reader would never get on.
    if (waitMs === 0 || wasIdle) return 0;
    this.#recordAt(quota, -bytes);
    return waitMs;
  }

  fetchBytesMax(client: QuotaClient): number {
    const bound = this.#quotaOf('consumer_byte_rate', client)?.bound;
    if (bound === undefined) return Number.MAX_SAFE_INTEGER;
    const { samples, sampleMs } = this.#o.window;
    return Math.max(Math.floor((bound * (samples - 1) * sampleMs) / 1000), 1);
  }

  /** No longer than a sample: a request that took long must not keep its client away for minutes (KIP-124). */
  handled(client: QuotaClient, milliseconds: number): number {
    const percentSeconds = milliseconds / 10;
    const waitMs = this.#record('request_percentage', client, percentSeconds);
    return Math.min(waitMs, this.#o.window.sampleMs);
  }

  mutations(client: QuotaClient, strict: boolean): MutationPermits {
    const quota = this.#quotaOf('controller_mutation_rate', client);
    if (quota === undefined) return NO_MUTATION_BOUND;
    return new TokenPermits(this.#bucket(quota), strict, this.#o.clock);
  }

  connected(address: string): number {
    const bound = connectionRateBound(this.#o.catalog.metadata.clientQuotas, address);
    if (bound === undefined) return 0;
    return this.#recordAt({ bound, sharedBy: `ip ${address}` }, 1);
  }

  #record(key: QuotaKey, client: QuotaClient, amount: number): number {
    const quota = this.#quotaOf(key, client);
    return quota === undefined ? 0 : this.#recordAt(quota, amount);
  }

  #recordAt({ bound, sharedBy }: EffectiveQuota, amount: number): number {
    const nowMs = this.#o.clock.nowMs();
    let rate = this.#rates.get(sharedBy);
    if (rate === undefined) {
      this.#sweep(nowMs);
      rate = new SampledRate(this.#o.window);
      this.#rates.set(sharedBy, rate);
    }
    rate.record(amount, nowMs);
    return rate.throttleMs(bound, nowMs);
  }

  #bucket({ bound, sharedBy }: EffectiveQuota): TokenBucket {
    const nowMs = this.#o.clock.nowMs();
    const known = this.#buckets.get(sharedBy);
    if (known !== undefined) {
      known.setRate(bound, nowMs);
      return known;
    }
    this.#sweep(nowMs);
    const bucket = new TokenBucket(this.#o.mutationWindow, bound, nowMs);
    this.#buckets.set(sharedBy, bucket);
    return bucket;
  }

  #quotaOf(key: QuotaKey, client: QuotaClient): EffectiveQuota | undefined {
    const { clientQuotas } = this.#o.catalog.metadata;
    if (clientQuotas !== this.#quotas) {
      this.#quotas = clientQuotas;
      this.#effective.clear();
    }
    if (clientQuotas.size === 0) return undefined;
    const name = JSON.stringify([key, client.user, client.clientId]);
    if (this.#effective.has(name)) return this.#effective.get(name);
    // Clients choose their ids, so this must not grow with them.
    if (this.#effective.size >= TRACKED_BEFORE_SWEEP) this.#effective.clear();
    const quota = effectiveQuota(clientQuotas, key, client);
    this.#effective.set(name, quota);
    return quota;
  }

  #sweep(nowMs: number): void {
    if (this.#rates.size + this.#buckets.size < this.#sweepAt) return;
    for (const [name, rate] of this.#rates) if (rate.isIdle(nowMs)) this.#rates.delete(name);
    for (const [name, bucket] of this.#buckets) {
      if (bucket.isFull(nowMs)) this.#buckets.delete(name);
    }
    this.#sweepAt = this.#rates.size + this.#buckets.size + TRACKED_BEFORE_SWEEP;
  }
}
