import { atLeast } from '../config-rule.ts';
import { boolean, className, int, list, long, string } from '../key-builders.ts';

/** Listeners, connections, topics and whatever else a broker has. */
export const NETWORK_KEYS = {
  'advertised.listeners': list(null, 'read-only', {
    toml: 'network.advertised_listeners',
    doc: 'What clients are told to connect to; the listeners themselves when unset.',
  }),
  'alter.config.policy.class.name': className(null, 'read-only'),
  'auto.create.topics.enable': boolean('true', 'read-only', {
    doc: 'Whether a topic comes into being when it is first asked for.',
  }),
  'background.threads': int('10', 'cluster-wide', { rule: atLeast(1) }),
  'broker.id': int('-1', 'read-only', { doc: 'The older name of node.id.' }),
  'broker.rack': string(null, 'read-only', {
    toml: 'cluster.rack',
    doc: 'The rack or zone of this broker, told in metadata.',
  }),
  'client.quota.callback.class': className(null, 'read-only'),
  'config.providers': list('', 'cluster-wide'),
  'connection.failed.authentication.delay.ms': int('100', 'read-only', { rule: atLeast(0) }),
  'connections.max.idle.ms': long('600000', 'read-only', {
    toml: 'network.connection_timeout_ms',
    doc: 'How long a silent connection is kept; -1 keeps it for ever.',
  }),
  'connections.max.reauth.ms': long('0', 'read-only'),
  'cordoned.log.dirs': list('', 'per-broker'),
  'create.topic.policy.class.name': className(null, 'read-only'),
  'default.replication.factor': int('1', 'read-only', {
    doc: 'Replicas of a topic that is created without a count.',
  }),
  'delete.records.purgatory.purge.interval.requests': int('1', 'read-only'),
  'delete.topic.enable': boolean('true', 'read-only', { doc: 'Whether topics can be deleted.' }),
  'fetch.max.bytes': int('57671680', 'read-only', {
    rule: atLeast(1024),
    doc: 'The most bytes one fetch is answered with.',
  }),
  'fetch.purgatory.purge.interval.requests': int('1000', 'read-only'),
  'kafka.metrics.polling.interval.secs': int('10', 'read-only', { rule: atLeast(1) }),
  'kafka.metrics.reporters': list('', 'read-only'),
  'listener.security.protocol.map': string(
    'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'per-broker',
    { doc: 'Which security protocol each listener name speaks.' },
  ),
  listeners: list('PLAINTEXT://127.0.0.1:9092', 'per-broker', {
    toml: 'network.listeners',
    doc: 'Where the broker listens: protocol://host:port, comma-separated. An empty host stands for every address.',
  }),
  'max.connection.creation.rate': int('2147483647', 'cluster-wide', { rule: atLeast(0) }),
  'max.connections': int('2147483647', 'cluster-wide', {
    rule: atLeast(0),
    toml: 'network.max_connections',
    doc: 'How many connections the broker holds at once.',
  }),
  'max.connections.per.ip': int('2147483647', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'How many connections one address may hold.',
  }),
  'max.connections.per.ip.overrides': string('', 'cluster-wide'),
  'max.incremental.fetch.session.cache.slots': int('1000', 'read-only', {
    rule: atLeast(0),
    doc: 'How many incremental fetch sessions are kept.',
  }),
  'max.request.partition.size.limit': int('2000', 'read-only', {
    rule: atLeast(1),
    doc: 'The most partitions one DescribeTopicPartitions is answered with.',
  }),
  'metric.reporters': list('org.apache.kafka.common.metrics.JmxReporter', 'cluster-wide'),
  'metrics.num.samples': int('2', 'read-only', { rule: atLeast(1) }),
  'metrics.recording.level': string('INFO', 'read-only'),
  'metrics.sample.window.ms': long('30000', 'read-only', { rule: atLeast(1) }),
  'node.id': int('1', 'read-only', {
    rule: atLeast(0),
    toml: 'cluster.node_id',
    doc: 'The number of this broker; one of its kind in the cluster.',
  }),
  'num.io.threads': int('8', 'cluster-wide', { rule: atLeast(1) }),
  'num.network.threads': int('3', 'cluster-wide', { rule: atLeast(1) }),
  'num.partitions': int('1', 'read-only', {
    rule: atLeast(1),
    doc: 'Partitions of a topic that is created without a count.',
  }),
  'producer.purgatory.purge.interval.requests': int('1000', 'read-only'),
  'queued.max.request.bytes': long('-1', 'read-only', {
    doc: 'Bytes of requests in flight at which reading pauses; -1 leaves it to KawaDB, which pauses at 512 MiB.',
  }),
  'queued.max.requests': int('500', 'read-only', { rule: atLeast(1) }),
  'quota.window.num': int('11', 'read-only', {
    rule: atLeast(1),
    doc: 'Over how many samples the rates of clients with quotas are measured.',
  }),
  'quota.window.size.seconds': int('1', 'read-only', {
    rule: atLeast(1),
    doc: 'How long each of those samples is.',
  }),
  'request.timeout.ms': int('30000', 'read-only', {
    doc: 'How long the broker waits for another one.',
  }),
  'server.max.startup.time.ms': long('9223372036854775807', 'read-only', {
    rule: atLeast(0),
    internal: true,
  }),
  'socket.connection.setup.timeout.max.ms': long('30000', 'read-only'),
  'socket.connection.setup.timeout.ms': long('10000', 'read-only'),
  'socket.listen.backlog.size': int('50', 'read-only', {
    rule: atLeast(1),
    doc: 'How many connections may wait to be accepted.',
  }),
  'socket.receive.buffer.bytes': int('102400', 'read-only'),
  'socket.request.max.bytes': int('104857600', 'read-only', {
    rule: atLeast(1),
    toml: 'network.max_request_size',
    doc: 'The largest request that is read.',
  }),
  'socket.send.buffer.bytes': int('102400', 'read-only'),
  'telemetry.max.bytes': int('1048576', 'read-only', {
    rule: atLeast(1),
    doc: 'The most bytes a client may push of its metrics at a time, as they come.',
  }),
  'telemetry.topic': string('', 'read-only', {
    toml: 'telemetry.topic',
    doc: "The topic that keeps the metrics clients push (KawaDB's own key, KIP-714); empty: none are asked for.",
  }),
  'unstable.api.versions.enable': boolean('false', 'read-only', { internal: true }),
  'unstable.feature.versions.enable': boolean('false', 'read-only', { internal: true }),
};
