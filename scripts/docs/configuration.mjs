// docs/configuration.md: the one table of keys, with what is done to set them.
import { FILE_KEYS } from '../../src/app/config/file-keys.ts';
import { CONFIG_TABLE } from '../../src/domain/config/config-table.ts';
import { CONFIGURATION_INTRODUCTION } from './configuration-introduction.mjs';
import { keysInEffect } from './keys-in-effect.mjs';
import { code, codes, paragraphs, table } from './markdown.mjs';

/** Kafka's defaults that KawaDB's differ from, by scope; null where Kafka has none. */
export const KAFKA_DEFAULTS = {
  broker: {
    'controller.listener.names': null,
    'group.initial.rebalance.delay.ms': '3000',
    listeners: 'PLAINTEXT://:9092',
    'log.dir': '/tmp/kafka-logs',
    'log.dirs': null,
    'log.flush.interval.messages': '9223372036854775807',
    'node.id': null,
    'offsets.topic.replication.factor': '3',
    'process.roles': null,
    'share.coordinator.state.topic.min.isr': '2',
    'share.coordinator.state.topic.replication.factor': '3',
    'transaction.state.log.min.isr': '2',
    'transaction.state.log.replication.factor': '3',
  },
  topic: { 'flush.messages': '9223372036854775807' },
};

/** Kafka changes these while it runs; here they are read once. */
const READ_AT_START = new Set(['listeners', 'listener.security.protocol.map']);

/** What the table of keys does not say: how far a key goes in this version. */
const REMARKS = {
  'listener.security.protocol.map': 'Only PLAINTEXT is served yet.',
};

const AREAS = [
  ['This broker and its storage', /^(node\.id|broker\.(id|rack)|storage\.|log\.dirs?$)/],
  ['SQL, and its listeners', /^(sql|http|postgres)\./],
  ['Listeners, connections and requests', /listener|connections|socket|request|^fetch|incremental/],
  ['Topics', /^(auto\.create|delete\.topic|num\.partitions|default\.replication|min\.insync)/],
  ['Share groups', /^(group\.)?share\./],
  ['Streams groups', /^group\.streams\./],
  ['Consumer groups', /^(group|offsets?)\./],
  ['Logs: what a topic has that sets nothing of its own', /./],
];

/** Why a key does nothing; the first that fits. */
const IDLE = [
  [
    'Of transactions: no commit in two phases, which Kafka 4.4 does not serve either',
    /two\.phase\.commit/,
  ],
  ['Of share groups: there is one assignor', /share\./],
  [
    'Of streams groups: there are no warm-up replicas, as in Kafka 4.4, and no plug-in for topologies',
    /^(group\.)?streams\./,
  ],
  ['Storage in tiers is not there', /remote|tiered|local\.retention/],
  [
    'TLS, SASL and authorisation are not there yet',
    /^(ssl|sasl|security|principal|authorizer|delegation|early\.start)|reauth|authentication/,
  ],
  [
    'Quotas of replication, and metrics, are not there yet',
    /quota|metric|telemetry|creation\.rate|ip\.overrides/,
  ],
  [
    'There is one broker, and its metadata is a log of its own',
    /^(controller|controlled|metadata|replica|broker|initial\.broker|internal\.metadata)|leader|replic|process\.roles|inter\.broker|background|request\.timeout|connection\.setup/,
  ],
  [
    'Threads and waiting lists of the Java broker',
    /threads|purgatory|queued\.max\.requests|loader|load\.buffer|cached\.buffer/,
  ],
  ['Plug-ins of Kafka', /policy\.class|config\.providers|^unstable|startup\.time/],
];

export function configurationDocument() {
  const inEffect = keysInEffect();
  return paragraphs(
    CONFIGURATION_INTRODUCTION,
    '## Short keys of the file that are no key of Kafka',
    table(['Key', 'Environment', 'Meaning'], combinedRows()),
    '## Keys of the broker',
    `The column _Kafka's_ is filled where the default of Kafka 4.4 is another. _Live_ says whether a change takes effect while\nthe broker runs (\`kafka-configs.sh --alter\`, \`IncrementalAlterConfigs\`); what is not live is read at the start.`,
    ...AREAS.flatMap(([title], at) => {
      const names = [...inEffect.broker].filter((name) => areaOf(name) === at);
      return [`### ${title}`, brokerTable(names.sort())];
    }),
    '## Keys of a topic',
    'Set when a topic is created, or later: `kawadb topic create NAME --config KEY=VALUE`, `kawadb topic alter-config NAME --set\nKEY=VALUE`. All are live. A topic that sets nothing has the value of the broker key beside it.',
    topicTable([...inEffect.topic].sort()),
    '## Keys of a group',
    'Set with `kafka-configs.sh --alter --entity-type groups --entity-name GROUP --add-config KEY=VALUE`. All are live: a member hears\nof it with its next heartbeat.',
    groupTable([...inEffect.group].sort()),
    '## Keys of client metrics',
    'Set with `kafka-client-metrics.sh --alter --name NAME`. All are live. The metrics go into the topic that `telemetry.topic` names.',
    metricsTable(),
    '## Accepted without effect',
    'KawaDB knows every key of Kafka 4.4. It checks the values of those below, keeps them and tells them to clients, so that\nconfigurations and tools made for Kafka work. They change nothing yet.',
    '### Keys of the broker',
    ...idleLists('broker', inEffect.broker),
    '### Keys of topics',
    ...idleLists('topic', inEffect.topic),
    '### Keys of groups',
    ...idleLists('group', inEffect.group),
  );
}

function combinedRows() {
  return [...FILE_KEYS].flatMap(([path, key]) =>
    'combined' in key ? [[code(path), code(environmentOf(path)), key.doc]] : [],
  );
}

function brokerTable(names) {
  return table(
    ['Key', 'Short key', 'Environment', 'Type', 'Default', "Kafka's", 'Live', 'Meaning'],
    names.map((name) => {
      const key = CONFIG_TABLE.broker.get(name);
      const environment = [
        kafkaEnvironmentOf(name),
        ...(key.toml ? [environmentOf(key.toml)] : []),
      ];
      const live = key.updateMode !== 'read-only' && !READ_AT_START.has(name);
      return [
        code(name),
        key.toml === undefined ? '' : code(key.toml),
        environment.map(code).join(' '),
        typeOf(key),
        shown(key.default),
        kafkaDefault('broker', name),
        live ? 'yes' : 'no',
        docOf(name, key),
      ];
    }),
  );
}

function groupTable(names) {
  return table(
    ['Key', "The broker's", 'Type', 'Default', 'Meaning'],
    names.map((name) => {
      const key = CONFIG_TABLE.group.get(name);
      const brokers = key.synonyms[0] === undefined ? '' : code(key.synonyms[0].name);
      return [code(name), brokers, typeOf(key), shown(key.default), docOf(name, key)];
    }),
  );
}

function metricsTable() {
  return table(
    ['Key', 'Type', 'Default', 'Meaning'],
    [...CONFIG_TABLE['client-metrics']].map(([name, key]) => [
      code(name),
      typeOf(key),
      shown(key.default),
      docOf(name, key),
    ]),
  );
}

function topicTable(names) {
  return table(
    ['Key', "The broker's", 'Type', 'Default', "Kafka's", 'Meaning'],
    names.map((name) => {
      const key = CONFIG_TABLE.topic.get(name);
      return [
        code(name),
        key.synonyms[0] === undefined ? '' : code(key.synonyms[0].name),
        typeOf(key),
        shown(key.default),
        kafkaDefault('topic', name),
        docOf(name, key),
      ];
    }),
  );
}

function docOf(name, { doc }) {
  if (doc === '') throw new Error(`${name} has an effect, and nothing says which`);
  return Object.hasOwn(REMARKS, name) ? `${doc} ${REMARKS[name]}` : doc;
}

function areaOf(name) {
  return AREAS.findIndex(([, pattern]) => pattern.test(name));
}

function idleLists(scope, inEffect) {
  const idle = [...CONFIG_TABLE[scope]].filter(
    ([name, { internal }]) => !internal && !inEffect.has(name),
  );
  const byReason = new Map();
  for (const [name] of idle) {
    const reason = IDLE.find(([, pattern]) => pattern.test(name))?.[0] ?? 'Others';
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...IDLE.map(([reason]) => reason), 'Others'].flatMap((reason) => {
    const names = byReason.get(reason);
    return names === undefined ? [] : [`${reason}: ${codes(names)}.`];
  });
}

function typeOf({ type, rule }) {
  if (type === 'LIST' && rule !== undefined) return rule.describe;
  return rule === undefined ? type.toLowerCase() : `${type.toLowerCase()}, ${rule.describe}`;
}

function shown(value) {
  if (value === null) return '';
  return value === '' ? '(empty)' : code(value);
}

function kafkaDefault(scope, name) {
  if (scope === 'broker' && name.startsWith('storage.')) return 'no such key';
  if (!Object.hasOwn(KAFKA_DEFAULTS[scope], name)) return '';
  const value = KAFKA_DEFAULTS[scope][name];
  return value === null ? 'none' : code(value);
}

function environmentOf(path) {
  return `KAWADB_${path.replaceAll('.', '__').toUpperCase()}`;
}

function kafkaEnvironmentOf(name) {
  return `KAFKA_${name.replaceAll('.', '_').toUpperCase()}`;
}
