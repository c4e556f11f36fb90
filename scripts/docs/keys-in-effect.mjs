// Which keys of the configuration do anything: those that the code reads, and those that stand in for them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONFIG_TABLE } from '../../src/domain/config/config-table.ts';

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));
const READ = /\b(?:get|resolve|text|[cC]onfigOf)\((?:\w+, )?\s*'([a-z][a-z0-9._]+)'/g;

/** Read, yet without effect as long as nothing else reads them. */
const WITHOUT_EFFECT = [
  // It can only be refused.
  /^remote\.storage\.enable$/,
];

/** The protocols whose groups are served, and what a group may set for itself. */
const GROUP_PROTOCOLS = ['consumer', 'share', 'streams'];
const GROUP_TIMINGS = ['session.timeout.ms', 'heartbeat.interval.ms', 'assignment.interval.ms'];
const SHARE_LIMITS = [
  'record.lock.duration.ms',
  'delivery.count.limit',
  'partition.max.record.locks',
];

/** Of streams groups, further ones with a bound. */
const STREAMS_BOUNDS = [
  'group.streams.max.standby.replicas',
  'group.streams.min.task.offset.interval.ms',
];

/** The names of the topic's, the broker's and a group's keys that have an effect. */
export function keysInEffect() {
  const read = namesRead().filter((name) => !WITHOUT_EFFECT.some((each) => each.test(name)));
  const topic = new Set(read.filter((name) => CONFIG_TABLE.topic.has(name)));
  const broker = new Set(read.filter((name) => CONFIG_TABLE.broker.has(name)));
  for (const name of topic) addSynonyms(CONFIG_TABLE.topic.get(name), broker);
  for (const name of broker) addSynonyms(CONFIG_TABLE.broker.get(name), broker);
  if (broker.has('node.id')) broker.add('broker.id');
  return { topic, broker, group: groupKeys(broker) };
}

/** Read by names that are put together: see group-config-of.ts and share-group-options-of.ts. */
function groupKeys(broker) {
  const group = new Set(namesRead().filter((name) => CONFIG_TABLE.group.has(name)));
  for (const protocol of GROUP_PROTOCOLS) {
    const limits = protocol === 'share' ? SHARE_LIMITS : [];
    for (const timing of [...GROUP_TIMINGS, ...limits]) {
      const name = `${protocol}.${timing}`;
      group.add(name);
      addSynonyms(CONFIG_TABLE.group.get(name), broker);
      for (const bound of ['min', 'max']) broker.add(`group.${protocol}.${bound}.${timing}`);
    }
  }
  for (const bound of STREAMS_BOUNDS) broker.add(bound);
  for (const name of group) addSynonyms(CONFIG_TABLE.group.get(name), broker);
  return group;
}

function namesRead() {
  const names = new Set();
  for (const path of readdirSync(SOURCE, { recursive: true })) {
    if (!path.endsWith('.ts')) continue;
    for (const [, name] of readFileSync(join(SOURCE, path), 'utf8').matchAll(READ)) names.add(name);
  }
  return [...names];
}

/** Sets grow while they are gone through, so those of a synonym are added too. */
function addSynonyms({ synonyms }, broker) {
  for (const { name } of synonyms) broker.add(name);
}
