import type { KafkaError } from '../domain/kafka-error.ts';
import type { QuotaClient } from '../domain/quota/effective-quota.ts';

export type { QuotaClient } from '../domain/quota/effective-quota.ts';

/**
 * Holds clients to their quotas: counts what they use, and tells for how many milliseconds whoever used too much has to
 * be left alone (0: not at all). Kafka's QuotaManagers.
 */
export interface ClientThrottle {
  /** Whether there are quotas at all: nobody else needs to be asked about. */
  readonly active: boolean;
  produced(client: QuotaClient, bytes: number): number;
  /** With a wait the bytes are not counted: they are not to be sent. */
  fetched(client: QuotaClient, bytes: number): number;
  /** The most a fetch should read, so that one answer does not use up more than a whole window. */
  fetchBytesMax(client: QuotaClient): number;
  /** Time of the broker's thread that a request took. */
  handled(client: QuotaClient, milliseconds: number): number;
  /** What topics a request may still change. A strict one refuses what is beyond, another only pays for it (KIP-599). */
  mutations(client: QuotaClient, strict: boolean): MutationPermits;
  /** A connection was made; a wait means that it is not to be served. */
  connected(address: string): number;
}

/** What one request may change. */
export interface MutationPermits {
  /** Takes permits for a topic's partitions, once for each topic; THROTTLING_QUOTA_EXCEEDED where it may not. */
  take(topic: string, partitions: number): KafkaError | undefined;
  /** How long the client has to be left alone afterwards. */
  readonly throttleMs: number;
}
