import { atLeast, between, listOf, oneOfAnyCase } from '../config-rule.ts';
import { boolean, className, int, list, long, short, string } from '../key-builders.ts';

/** Kafka's short names, and those of its classes. */
const ASSIGNORS = listOf(
  'uniform',
  'range',
  'org.apache.kafka.coordinator.group.assignor.UniformAssignor',
  'org.apache.kafka.coordinator.group.assignor.RangeAssignor',
);

/** Group coordinators and their offsets. */
export const GROUP_COORDINATOR_KEYS = {
  'group.consumer.assignment.interval.ms': int('1000', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'How far apart two assignments of a consumer group are at least: who joins meanwhile is assigned together.',
  }),
  'group.consumer.assignor.offload.enable': boolean('true', 'cluster-wide', { internal: true }),
  'group.consumer.assignors': list('uniform,range', 'read-only', {
    rule: ASSIGNORS,
    doc: 'The assignors that members of consumer groups (KIP-848) may ask for; the first is the default.',
  }),
  'group.consumer.heartbeat.interval.ms': int('5000', 'read-only', {
    rule: atLeast(1),
    doc: 'How often a member of a consumer group is told to send its heartbeat.',
  }),
  'group.consumer.max.assignment.interval.ms': int('15000', 'read-only', {
    rule: atLeast(0),
    doc: 'The longest assignment interval a consumer group may set for itself.',
  }),
  'group.consumer.max.heartbeat.interval.ms': int('15000', 'read-only', {
    rule: atLeast(1),
    doc: 'The longest heartbeat interval a consumer group may set for itself.',
  }),
  'group.consumer.max.session.timeout.ms': int('60000', 'read-only', {
    rule: atLeast(1),
    doc: 'The longest session timeout a consumer group may set for itself.',
  }),
  'group.consumer.max.size': int('2147483647', 'read-only', {
    rule: atLeast(1),
    doc: 'How many members a consumer group (KIP-848) may have.',
  }),
  'group.consumer.migration.policy': string('bidirectional', 'read-only', {
    rule: oneOfAnyCase('DISABLED', 'DOWNGRADE', 'UPGRADE', 'BIDIRECTIONAL'),
    doc: 'Which way a group with members may change between the classic and the consumer protocol.',
  }),
  'group.consumer.min.assignment.interval.ms': int('0', 'read-only', {
    rule: atLeast(0),
    doc: 'The shortest assignment interval a consumer group may set for itself.',
  }),
  'group.consumer.min.heartbeat.interval.ms': int('5000', 'read-only', {
    rule: atLeast(1),
    doc: 'The shortest heartbeat interval a consumer group may set for itself.',
  }),
  'group.consumer.min.session.timeout.ms': int('45000', 'read-only', {
    rule: atLeast(1),
    doc: 'The shortest session timeout a consumer group may set for itself.',
  }),
  'group.consumer.regex.refresh.interval.ms': int('600000', 'read-only', {
    rule: atLeast(10000),
    internal: true,
    doc: 'How old the topics of a regular expression may become before they are looked for again.',
  }),
  'group.consumer.session.timeout.ms': int('45000', 'read-only', {
    rule: atLeast(1),
    doc: 'How long a member of a consumer group is waited for after its last heartbeat.',
  }),
  'group.coordinator.append.linger.ms': int('-1', 'read-only', { rule: atLeast(-1) }),
  'group.coordinator.background.threads': int('2', 'read-only', { rule: atLeast(1) }),
  'group.coordinator.cached.buffer.max.bytes': int('1048588', 'cluster-wide', {
    rule: atLeast(524288),
  }),
  'group.coordinator.rebalance.protocols': list('classic,consumer,streams', 'read-only', {
    rule: listOf('consumer', 'classic', 'share', 'streams'),
    doc: 'Whether streams groups are served; the other protocols always are.',
  }),
  'group.coordinator.threads': int('4', 'read-only', { rule: atLeast(1) }),
  // 0 is what Kafka's own server.properties and image set; the 3 s of its code make every first consumer wait.
  'group.initial.rebalance.delay.ms': int('0', 'read-only', {
    doc: 'How long an empty classic group waits for more members before its first rebalance. Worth a few seconds where many consumers start together.',
  }),
  'group.max.session.timeout.ms': int('1800000', 'read-only', {
    doc: 'The longest session timeout a classic member may ask for.',
  }),
  'group.max.size': int('2147483647', 'read-only', {
    rule: atLeast(1),
    doc: 'How many members a classic group may have.',
  }),
  'group.min.session.timeout.ms': int('6000', 'read-only', {
    doc: 'The shortest session timeout a classic member may ask for.',
  }),
  'group.share.assignment.interval.ms': int('1000', 'cluster-wide', {
    doc: 'How far apart two assignments of a share group are at least.',
    rule: atLeast(0),
  }),
  'group.share.assignor.offload.enable': boolean('true', 'cluster-wide', { internal: true }),
  'group.share.assignors': list('simple', 'read-only'),
  'group.share.delivery.count.limit': int('5', 'read-only', {
    doc: 'How often a record is delivered to a share group, until it is given up.',
    rule: between(2, 10),
  }),
  'group.share.dlq.manager.class.name': string(
    'org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager',
    'read-only',
    { internal: true },
  ),
  'group.share.heartbeat.interval.ms': int('5000', 'read-only', {
    doc: 'How often a member of a share group is told to send its heartbeat.',
    rule: atLeast(1),
  }),
  'group.share.initialize.retry.interval.ms': int('30000', 'read-only', {
    doc: 'How long the making of states of partitions is waited for, until it is asked for again.',
    rule: atLeast(1),
    internal: true,
  }),
  'group.share.max.assignment.interval.ms': int('15000', 'read-only', {
    doc: 'The most a group may set for `share.assignment.interval.ms`.',
    rule: atLeast(0),
  }),
  'group.share.max.delivery.count.limit': int('10', 'read-only', {
    doc: 'The most a group may set for `share.delivery.count.limit`.',
    rule: between(5, 25),
  }),
  'group.share.max.heartbeat.interval.ms': int('15000', 'read-only', {
    doc: 'The most a group may set for `share.heartbeat.interval.ms`.',
    rule: atLeast(1),
  }),
  'group.share.max.partition.max.record.locks': int('4000', 'read-only', {
    doc: 'The most a group may set for `share.partition.max.record.locks`.',
    rule: between(2000, 10000),
  }),
  'group.share.max.record.lock.duration.ms': int('60000', 'read-only', {
    doc: 'The most a group may set for `share.record.lock.duration.ms`.',
    rule: between(30000, 3600000),
  }),
  'group.share.max.session.timeout.ms': int('60000', 'read-only', {
    doc: 'The most a group may set for `share.session.timeout.ms`.',
    rule: atLeast(1),
  }),
  'group.share.max.share.sessions': int('2000', 'read-only', {
    doc: 'How many members of share groups may fetch at a time.',
    rule: atLeast(1),
  }),
  'group.share.max.size': int('200', 'read-only', {
    doc: 'How many members a share group (KIP-932) may have.',
    rule: between(1, 1000),
  }),
  'group.share.min.assignment.interval.ms': int('0', 'read-only', {
    doc: 'The least a group may set for `share.assignment.interval.ms`.',
    rule: atLeast(0),
  }),
  'group.share.min.delivery.count.limit': int('2', 'read-only', {
    doc: 'The least a group may set for `share.delivery.count.limit`.',
    rule: between(2, 5),
  }),
  'group.share.min.heartbeat.interval.ms': int('5000', 'read-only', {
    doc: 'The least a group may set for `share.heartbeat.interval.ms`.',
    rule: atLeast(1),
  }),
  'group.share.min.partition.max.record.locks': int('100', 'read-only', {
    doc: 'The least a group may set for `share.partition.max.record.locks`.',
    rule: between(100, 2000),
  }),
  'group.share.min.record.lock.duration.ms': int('15000', 'read-only', {
    doc: 'The least a group may set for `share.record.lock.duration.ms`.',
    rule: between(1000, 30000),
  }),
  'group.share.min.session.timeout.ms': int('45000', 'read-only', {
    doc: 'The least a group may set for `share.session.timeout.ms`.',
    rule: atLeast(1),
  }),
  'group.share.partition.max.record.locks': int('2000', 'read-only', {
    doc: 'How many records of a partition may be on their way to members of a share group.',
    rule: between(100, 10000),
  }),
  'group.share.persister.class.name': string(
    'org.apache.kafka.server.share.persister.DefaultStatePersister',
    'read-only',
    { internal: true },
  ),
  'group.share.record.lock.duration.ms': int('30000', 'read-only', {
    doc: 'How long a member of a share group has a record, until others may have it.',
    rule: between(1000, 3600000),
  }),
  'group.share.session.timeout.ms': int('45000', 'read-only', {
    doc: 'How long a member of a share group is waited for after its last heartbeat.',
    rule: atLeast(1),
  }),
  'group.streams.acceptable.recovery.lag': long('10000', 'read-only', {
    rule: atLeast(0),
    internal: true,
    doc: 'What members of streams groups are told of how many offsets behind a restored state may be.',
  }),
  'group.streams.assignment.interval.ms': int('1000', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'How far apart two assignments of a streams group are at least: who joins meanwhile is assigned together.',
  }),
  'group.streams.assignor.offload.enable': boolean('true', 'cluster-wide', { internal: true }),
  'group.streams.assignors': list('sticky', 'read-only', {
    rule: listOf('sticky'),
    doc: 'The assignors of tasks to streams groups (KIP-1071); the first is the default.',
  }),
  'group.streams.heartbeat.interval.ms': int('5000', 'read-only', {
    rule: atLeast(1),
    doc: 'How often a member of a streams group is told to send its heartbeat.',
  }),
  'group.streams.initial.rebalance.delay.ms': int('3000', 'read-only', {
    rule: atLeast(0),
    doc: 'How long a streams group without members waits for more of them after the first, before tasks are assigned.',
  }),
  'group.streams.max.assignment.interval.ms': int('15000', 'read-only', {
    rule: atLeast(0),
    doc: 'The longest assignment interval a streams group may set for itself.',
  }),
  'group.streams.max.heartbeat.interval.ms': int('15000', 'read-only', {
    rule: atLeast(1),
    doc: 'The longest heartbeat interval a streams group may set for itself.',
  }),
  'group.streams.max.session.timeout.ms': int('60000', 'read-only', {
    rule: atLeast(1),
    doc: 'The longest session timeout a streams group may set for itself.',
  }),
  'group.streams.max.size': int('2147483647', 'read-only', {
    rule: atLeast(1),
    doc: 'How many members a streams group (KIP-1071) may have.',
  }),
  'group.streams.max.standby.replicas': int('2', 'read-only', {
    rule: atLeast(0),
    doc: 'The most standby replicas a streams group may set for itself.',
  }),
  'group.streams.max.warmup.replicas': int('20', 'read-only', { rule: atLeast(0), internal: true }),
  'group.streams.min.assignment.interval.ms': int('0', 'read-only', {
    rule: atLeast(0),
    doc: 'The shortest assignment interval a streams group may set for itself.',
  }),
  'group.streams.min.heartbeat.interval.ms': int('5000', 'read-only', {
    rule: atLeast(1),
    doc: 'The shortest heartbeat interval a streams group may set for itself.',
  }),
  'group.streams.min.session.timeout.ms': int('45000', 'read-only', {
    rule: atLeast(1),
    doc: 'The shortest session timeout a streams group may set for itself.',
  }),
  'group.streams.min.task.offset.interval.ms': int('15000', 'read-only', {
    rule: atLeast(1),
    internal: true,
    doc: 'The shortest interval at which a streams group may have its members tell their offsets.',
  }),
  'group.streams.num.standby.replicas': int('0', 'read-only', {
    rule: atLeast(0),
    doc: 'How many standby replicas each task with a state has.',
  }),
  'group.streams.num.warmup.replicas': int('2', 'read-only', { rule: atLeast(0), internal: true }),
  'group.streams.rack.aware.assignment.tags': list('', 'read-only', {
    doc: 'Tags that every member of a streams group has to have; one without is told so.',
  }),
  'group.streams.session.timeout.ms': int('45000', 'read-only', {
    rule: atLeast(1),
    doc: 'How long a member of a streams group is waited for after its last heartbeat.',
  }),
  'group.streams.task.offset.interval.ms': int('60000', 'read-only', {
    rule: atLeast(1),
    internal: true,
    doc: 'How often members of streams groups are told to tell how far their states are restored.',
  }),
  'group.streams.topology.description.plugin.class': className(null, 'read-only'),
  'offset.metadata.max.bytes': int('4096', 'read-only', {
    doc: 'The longest note a committed offset may carry.',
  }),
  'offsets.commit.timeout.ms': int('5000', 'read-only', { rule: atLeast(1) }),
  'offsets.load.buffer.size': int('5242880', 'read-only', { rule: atLeast(1) }),
  'offsets.retention.check.interval.ms': long('600000', 'read-only', {
    rule: atLeast(1),
    doc: 'How often is looked for offsets whose time is over.',
  }),
  'offsets.retention.minutes': int('10080', 'read-only', {
    rule: atLeast(1),
    doc: 'How long offsets of a group without members are kept.',
  }),
  'offsets.topic.compression.codec': int('0', 'read-only', {
    rule: between(0, 4),
    doc: 'What the batches of __consumer_offsets are compressed with: 0 nothing, 1 gzip, 2 snappy, 3 lz4, 4 zstd.',
  }),
  'offsets.topic.num.partitions': int('50', 'read-only', {
    rule: atLeast(1),
    doc: 'Partitions of __consumer_offsets; fixed once the topic exists.',
  }),
  'offsets.topic.replication.factor': short('1', 'read-only', {
    rule: atLeast(1),
    doc: 'Replicas of __consumer_offsets.',
  }),
  'offsets.topic.segment.bytes': int('104857600', 'read-only', {
    rule: atLeast(1),
    doc: 'Segment size of __consumer_offsets.',
  }),
};
