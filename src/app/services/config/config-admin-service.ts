import type { BrokerConfig } from '../../../domain/config/broker-config.ts';
import {
  type ConfigEntry,
  type DescribeOptions,
  describeBrokerConfigs,
  describeClusterConfigs,
  describeResourceConfigs,
} from '../../../domain/config/config-entry.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { configsOf } from '../../../domain/topic/cluster-metadata.ts';
import { CONFIG_RESOURCE_TYPES } from '../../../domain/topic/metadata-record.ts';
import type { Catalog, ConfigResourceType } from '../../../ports/catalog.ts';
import type {
  AlteredResource,
  ConfigAdmin,
  ConfigOperation,
  ConfigResource,
  DescribeConfigsResource,
  DescribedResource,
  NamedValue,
} from '../../../ports/config-admin.ts';
import { changeCatalog } from '../catalog/change-catalog.ts';
import { type ConfigChange, planConfigChanges } from './config-changes-plan.ts';
import {
  BROKER_LOGGER,
  CONFIG_RESOURCE_NUMBERS,
  checkBroker,
  checkResource,
} from './config-resources.ts';

export interface ConfigAdminOptions {
  readonly catalog: Catalog;
  readonly brokerConfig: BrokerConfig;
  readonly nodeId: number;
}

export class ConfigAdminService implements ConfigAdmin {
  readonly #options: ConfigAdminOptions;

  constructor(options: ConfigAdminOptions) {
    this.#options = options;
  }

  describe(
    resources: readonly DescribeConfigsResource[],
    options: { readonly synonyms: boolean; readonly documentation: boolean },
  ): readonly DescribedResource[] {
    return resources.map(({ type, name, keys }) => {
      try {
        return { type, name, entries: this.#entries({ type, name }, { ...options, keys }) };
      } catch (error) {
        return { type, name, error: KafkaError.from(error), entries: [] };
      }
    });
  }

  replace(
    resources: readonly (ConfigResource & { readonly configs: readonly NamedValue[] })[],
    options: { readonly validateOnly: boolean },
  ): Promise<readonly AlteredResource[]> {
    const changes = resources.map(({ type, name, configs }): ConfigChange => {
      const operations = configs.map((config) => ({ ...config, operation: 'set' as const }));
      return { type, name, operations, keep: false };
    });
    return this.#change(changes, options.validateOnly);
  }

  alter(
    resources: readonly (ConfigResource & { readonly operations: readonly ConfigOperation[] })[],
    options: { readonly validateOnly: boolean },
  ): Promise<readonly AlteredResource[]> {
    const changes = resources.map(
      ({ type, name, operations }): ConfigChange => ({ type, name, operations, keep: true }),
    );
    return this.#change(changes, options.validateOnly);
  }

  list(types: readonly number[]): readonly ConfigResource[] {
    const { metadata } = this.#options.catalog;
    const wanted = types.length === 0 ? CONFIG_RESOURCE_NUMBERS : [...new Set(types)];
    const node = [String(this.#options.nodeId)];
    const names = new Map<number, Iterable<string>>([
      [CONFIG_RESOURCE_TYPES.topic, metadata.topicsByName.keys()],
      [CONFIG_RESOURCE_TYPES.broker, node],
      [BROKER_LOGGER, node],
      [CONFIG_RESOURCE_TYPES.clientMetrics, metadata.clientMetricsConfigs.keys()],
      [CONFIG_RESOURCE_TYPES.group, metadata.groupConfigs.keys()],
    ]);
    return wanted.flatMap((type) => {
      const ofType = names.get(type);
      if (ofType === undefined) {
        throw new KafkaError('UNSUPPORTED_VERSION', `resources of type ${type} have no configs`);
      }
      return [...ofType].map((name) => ({ type, name }));
    });
  }

  #entries(resource: ConfigResource, options: DescribeOptions): ConfigEntry[] {
    const { catalog, brokerConfig, nodeId } = this.#options;
    if (resource.type === BROKER_LOGGER) {
      checkBroker(resource.name, nodeId);
      return [];
    }
    const type = checkResource(resource, catalog.metadata, nodeId);
    const own = configsOf(catalog.metadata, type, resource.name);
    if (type === 'broker') {
      return resource.name === ''
        ? describeClusterConfigs(own, options)
        : describeBrokerConfigs(brokerConfig, options);
    }
    return describeResourceConfigs(scopeOf(type), own, brokerConfig, options);
  }

  async #change(
    changes: readonly ConfigChange[],
    validateOnly: boolean,
  ): Promise<readonly AlteredResource[]> {
    const { catalog, brokerConfig, nodeId } = this.#options;
    return changeCatalog(catalog, (metadata) => {
      const plan = planConfigChanges(metadata, changes, { brokerConfig, nodeId });
      return { records: validateOnly ? [] : plan.records, result: plan.results };
    });
  }
}

function scopeOf(
  type: Exclude<ConfigResourceType, 'broker'>,
): 'topic' | 'group' | 'client-metrics' {
  return type === 'clientMetrics' ? 'client-metrics' : type;
}
