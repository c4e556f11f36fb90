import type { BrokerConfig } from '../../../domain/config/broker-config.ts';
import type { ConfigScope } from '../../../domain/config/config-key.ts';
import { applyConfigOperations } from '../../../domain/config/config-operation.ts';
import { CONFIG_TABLE } from '../../../domain/config/config-table.ts';
import { validateGroupConfigs } from '../../../domain/config/group-config-limits.ts';
import { resolveWithBroker } from '../../../domain/config/topic-config.ts';
import {
  validateBrokerConfigs,
  validateNamesAndValues,
  validateTopicConfigs,
} from '../../../domain/config/validate-configs.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { telemetrySubscriptionOf } from '../../../domain/telemetry/telemetry-subscription.ts';
import { configsOf } from '../../../domain/topic/cluster-metadata.ts';
import { CONFIG_RESOURCE_TYPES } from '../../../domain/topic/metadata-record.ts';
import type {
  ClusterMetadata,
  ConfigResourceType,
  MetadataRecord,
  ResourceConfigs,
} from '../../../ports/catalog.ts';
import type {
  AlteredResource,
  ConfigOperation,
  ConfigResource,
} from '../../../ports/config-admin.ts';
import { checkResource } from './config-resources.ts';

export interface ConfigChange extends ConfigResource {
  readonly operations: readonly ConfigOperation[];
  /** Whether configs that are not named stay as they are. */
  readonly keep: boolean;
}

interface Environment {
  readonly brokerConfig: BrokerConfig;
  readonly nodeId: number;
}

const SCOPES: Readonly<Record<ConfigResourceType, ConfigScope>> = {
  topic: 'topic',
  broker: 'broker',
  group: 'group',
  clientMetrics: 'client-metrics',
};

/** What changes of configs write and answer, decided on one state of the metadata. Each resource stands alone. */
export function planConfigChanges(
  metadata: ClusterMetadata,
  changes: readonly ConfigChange[],
  environment: Environment,
): { readonly records: readonly MetadataRecord[]; readonly results: readonly AlteredResource[] } {
  const records: MetadataRecord[] = [];
  const labels = changes.map(({ type, name }) => `${type}/${name}`);
  const results = changes.map((change, index): AlteredResource => {
    const { type, name } = change;
    try {
      const label = labels[index] as string;
      if (labels.indexOf(label) !== labels.lastIndexOf(label)) {
        throw new KafkaError('INVALID_REQUEST', `resource ${name} is named more than once`);
      }
      records.push(...changeRecords(metadata, change, environment));
      return { type, name };
    } catch (error) {
      return { type, name, error: KafkaError.from(error) };
    }
  });
  return { records, results };
}

function changeRecords(
  metadata: ClusterMetadata,
  change: ConfigChange,
  { brokerConfig, nodeId }: Environment,
): MetadataRecord[] {
  // The empty name would be the default of all, as it is for brokers; topics have none.
  if (change.type === CONFIG_RESOURCE_TYPES.topic && change.name === '') {
    throw new KafkaError('INVALID_REQUEST', 'topics have no default resource');
  }
  const type = checkResource(change, metadata, nodeId);
  const before = configsOf(metadata, type, change.name);
  const table = CONFIG_TABLE[SCOPES[type]];
  const inherited = (name: string): string | null => {
    const key = table.get(name);
    if (key === undefined) return null;
    return type === 'broker'
      ? brokerConfig.text(name)
      : resolveWithBroker(name, key, new Map(), brokerConfig);
  };
  const start: ResourceConfigs = change.keep ? before : new Map();
  const after = applyConfigOperations(start, change.operations, table, inherited);
  validate(type, change.name, after, brokerConfig);
  return difference(type, change.name, before, after);
}

function validate(
  type: ConfigResourceType,
  name: string,
  configs: ResourceConfigs,
  brokerConfig: BrokerConfig,
): void {
  switch (type) {
    case 'topic':
      validateTopicConfigs(configs);
      break;
    case 'broker':
      validateBrokerConfigs(configs, name === '');
      break;
    case 'group':
      validateGroupConfigs(configs, brokerConfig);
      break;
    case 'clientMetrics':
      validateNamesAndValues('client-metrics', configs);
      telemetrySubscriptionOf(configs);
  }
}

function difference(
  resourceType: ConfigResourceType,
  resourceName: string,
  before: ResourceConfigs,
  after: ResourceConfigs,
): MetadataRecord[] {
  const record = (name: string, value: string | null): MetadataRecord => ({
    kind: 'config',
    resourceType,
    resourceName,
    name,
    value,
  });
  const removed = [...before.keys()].filter((name) => !after.has(name));
  const set = [...after].filter(([name, value]) => before.get(name) !== value);
  return [
    ...removed.map((name) => record(name, null)),
    ...set.map(([name, value]) => record(name, value)),
  ];
}
