import { KafkaError } from '../kafka-error.ts';
import type { BrokerConfig } from './broker-config.ts';
import { CONFIG_TABLE } from './config-table.ts';
import { resolveWithBroker } from './topic-config.ts';
import { validateNamesAndValues } from './validate-configs.ts';

type Values = ReadonlyMap<string, string>;

const PROTOCOLS = ['consumer', 'share', 'streams'];
const TIMINGS = ['heartbeat.interval.ms', 'session.timeout.ms', 'assignment.interval.ms'];
/** Of share groups, further ones with bounds (KIP-1240). */
const SHARE_LIMITS = [
  'record.lock.duration.ms',
  'delivery.count.limit',
  'partition.max.record.locks',
];

/** A group's configs, within what the broker allows any group (Kafka's `GroupConfig.validate`). */
export function validateGroupConfigs(configs: Values, brokerConfig: BrokerConfig): void {
  validateNamesAndValues('group', configs);
  for (const name of configs.keys()) checkBounds(name, configs, brokerConfig);
  for (const protocol of PROTOCOLS) {
    const heartbeat = `${protocol}.heartbeat.interval.ms`;
    const session = `${protocol}.session.timeout.ms`;
    if (amount(session, configs, brokerConfig) <= amount(heartbeat, configs, brokerConfig)) {
      throw new KafkaError('INVALID_CONFIG', `${session} must be above ${heartbeat}`);
    }
  }
}

function checkBounds(name: string, configs: Values, brokerConfig: BrokerConfig): void {
  const [protocol = '', ...words] = name.split('.');
  const setting = words.join('.');
  const isTiming = PROTOCOLS.includes(protocol) && TIMINGS.includes(setting);
  const isShareLimit = protocol === 'share' && SHARE_LIMITS.includes(setting);
  if (!isTiming && !isShareLimit) return;
  const value = amount(name, configs, brokerConfig);
  const min = `group.${protocol}.min.${setting}`;
  if (value < Number(brokerConfig.text(min))) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `${name} is ${value}, but the broker's ${min} is ${brokerConfig.text(min)}`,
    );
  }
  const max = `group.${protocol}.max.${setting}`;
  if (value > Number(brokerConfig.text(max))) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `${name} is ${value}, but the broker's ${max} is ${brokerConfig.text(max)}`,
    );
  }
}

function amount(name: string, configs: Values, brokerConfig: BrokerConfig): number {
  const key = CONFIG_TABLE.group.get(name);
  return key === undefined ? 0 : Number(resolveWithBroker(name, key, configs, brokerConfig));
}
