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

/** Of streams groups, those with one bound: its name without the protocol. */
const STREAMS_LIMITS: Readonly<Record<string, { readonly min?: string; readonly max?: string }>> = {
  'num.standby.replicas': { max: 'max.standby.replicas' },
  'num.warmup.replicas': { max: 'max.warmup.replicas' },
  'task.offset.interval.ms': { min: 'min.task.offset.interval.ms' },
};

/** A group's configs, within what the broker allows any group (Kafka's `GroupConfig.validate`). */
export function validateGroupConfigs(configs: Values, brokerConfig: BrokerConfig): void {
  validateNamesAndValues('group', configs);
  for (const name of configs.keys()) checkBounds(name, configs, brokerConfig);
  checkStreams(configs, brokerConfig);
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
  const value = amount(name, configs, brokerConfig);
  for (const [side, bound] of Object.entries(boundsOf(protocol, setting))) {
    const key = `group.${protocol}.${bound}`;
    const limit = brokerConfig.text(key);
    if (side === 'min' ? value >= Number(limit) : value <= Number(limit)) continue;
    throw new KafkaError(
      'INVALID_CONFIG',
      `${name} is ${value}, but the broker's ${key} is ${limit}`,
    );
  }
}

/** The broker's keys for the least and the most that a group may set. */
function boundsOf(
  protocol: string,
  setting: string,
): { readonly min?: string; readonly max?: string } {
  const isTiming = PROTOCOLS.includes(protocol) && TIMINGS.includes(setting);
  const isShareLimit = protocol === 'share' && SHARE_LIMITS.includes(setting);
  if (isTiming || isShareLimit) return { min: `min.${setting}`, max: `max.${setting}` };
  return (protocol === 'streams' && STREAMS_LIMITS[setting]) || {};
}

/** Throws INVALID_CONFIG, as the others do, for an assignor that is not there, and for a tag that is there twice. */
function checkStreams(configs: Values, brokerConfig: BrokerConfig): void {
  const assignors = brokerConfig.get('group.streams.assignors');
  const name = configs.get('streams.assignor.name');
  if (name !== undefined && !assignors.includes(name)) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `streams.assignor.name is ${name}, but the broker's group.streams.assignors are ${assignors.join(', ')}`,
    );
  }
  const tags = configs.get('streams.rack.aware.assignment.tags')?.split(',') ?? [];
  const keys = tags.map((each) => each.trim());
  if (new Set(keys).size === keys.length) return;
  throw new KafkaError(
    'INVALID_CONFIG',
    'streams.rack.aware.assignment.tags has the same tag key twice',
  );
}

function amount(name: string, configs: Values, brokerConfig: BrokerConfig): number {
  const key = CONFIG_TABLE.group.get(name);
  return key === undefined ? 0 : Number(resolveWithBroker(name, key, configs, brokerConfig));
}
