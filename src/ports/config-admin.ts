import type { ConfigEntry } from '../domain/config/config-entry.ts';
import type { ConfigOperation } from '../domain/config/config-operation.ts';
import type { KafkaError } from '../domain/kafka-error.ts';

export type { ConfigEntry, ConfigSynonymValue } from '../domain/config/config-entry.ts';
export type { ConfigOperation } from '../domain/config/config-operation.ts';

/** Tells and changes the configs of topics, brokers, groups and client metrics subscriptions (inbound). */
export interface ConfigAdmin {
  describe(
    resources: readonly DescribeConfigsResource[],
    options: { readonly synonyms: boolean; readonly documentation: boolean },
  ): readonly DescribedResource[];
  /** Sets exactly the given configs: what is not named goes back to its default (AlterConfigs). */
  replace(
    resources: readonly (ConfigResource & { readonly configs: readonly NamedValue[] })[],
    options: { readonly validateOnly: boolean },
  ): Promise<readonly AlteredResource[]>;
  /** Changes only the named configs (IncrementalAlterConfigs, KIP-339). */
  alter(
    resources: readonly (ConfigResource & { readonly operations: readonly ConfigOperation[] })[],
    options: { readonly validateOnly: boolean },
  ): Promise<readonly AlteredResource[]>;
  /** The names of resources that have configs of their own; all topics and brokers (KIP-1142). */
  list(types: readonly number[]): readonly ConfigResource[];
}

/** `type` is Kafka's number: TOPIC 2, BROKER 4, BROKER_LOGGER 8, CLIENT_METRICS 16, GROUP 32. */
export interface ConfigResource {
  readonly type: number;
  readonly name: string;
}

export interface DescribeConfigsResource extends ConfigResource {
  /** Null: all. */
  readonly keys: readonly string[] | null;
}

export interface DescribedResource extends ConfigResource {
  readonly error?: KafkaError;
  readonly entries: readonly ConfigEntry[];
}

export interface NamedValue {
  readonly name: string;
  readonly value: string | null;
}

export interface AlteredResource extends ConfigResource {
  readonly error?: KafkaError;
}
