import type { StreamsGroupOptions } from '../group/group-config.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { ConfigKey } from './config-key.ts';
import { CONFIG_TABLE } from './config-table.ts';
import { groupTimingsOf } from './group-config-of.ts';
import { resolveWithBroker } from './topic-config.ts';

/**
 * A streams group's configs in force: its own, held within what the broker allows by now, else the broker's (Kafka's
 * `GroupConfig.evaluate`).
 */
export function streamsGroupOptionsOf(
  own: ReadonlyMap<string, string>,
  brokerConfig: BrokerConfig,
): StreamsGroupOptions {
  const text = (name: string) => {
    const key = CONFIG_TABLE.group.get(name) as ConfigKey;
    return resolveWithBroker(name, key, own, brokerConfig) ?? '';
  };
  const limit = (name: string) => Number(brokerConfig.text(`group.streams.${name}`));
  const standbyReplicas = Number(text('streams.num.standby.replicas'));
  const taskOffsetIntervalMs = Number(text('streams.task.offset.interval.ms'));
  return {
    ...groupTimingsOf(brokerConfig, own, 'streams'),
    initialRebalanceDelayMs: Number(text('streams.initial.rebalance.delay.ms')),
    taskOffsetIntervalMs: own.has('streams.task.offset.interval.ms')
      ? Math.max(taskOffsetIntervalMs, limit('min.task.offset.interval.ms'))
      : taskOffsetIntervalMs,
    acceptableRecoveryLag: BigInt(text('streams.acceptable.recovery.lag')),
    numStandbyReplicas: own.has('streams.num.standby.replicas')
      ? Math.min(standbyReplicas, limit('max.standby.replicas'))
      : standbyReplicas,
    rackAwareAssignmentTags: listOf(text('streams.rack.aware.assignment.tags')),
    assignorName: assignorName(own, brokerConfig),
  };
}

/** One that the broker does not have any more gives way to the broker's first. */
function assignorName(own: ReadonlyMap<string, string>, brokerConfig: BrokerConfig): string {
  const assignors = brokerConfig.get('group.streams.assignors');
  const name = own.get('streams.assignor.name');
  if (name !== undefined && assignors.includes(name)) return name;
  return assignors[0] as string;
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
