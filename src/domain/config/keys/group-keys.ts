import { atLeast, NOT_INTERNAL, oneOf, SHARE_OFFSET_RESET } from '../config-rule.ts';
import { boolean, int, list, long, string, synonyms } from '../key-builders.ts';

/** Configs a group can have of its own (KIP-848, KIP-932, KIP-1071). */
export const GROUP_KEYS = {
  'consumer.assignment.interval.ms': int('1000', 'cluster-wide', {
    doc: 'How far apart two assignments of the group are at least.',
    rule: atLeast(0),
    synonyms: synonyms('group.consumer.assignment.interval.ms'),
  }),
  'consumer.assignor.offload.enable': boolean('true', 'cluster-wide', {
    internal: true,
    synonyms: synonyms('group.consumer.assignor.offload.enable'),
  }),
  'consumer.heartbeat.interval.ms': int('5000', 'cluster-wide', {
    doc: 'How often a member is told to send its heartbeat.',
    rule: atLeast(1),
    synonyms: synonyms('group.consumer.heartbeat.interval.ms'),
  }),
  'consumer.session.timeout.ms': int('45000', 'cluster-wide', {
    doc: 'How long a member is waited for after its last heartbeat.',
    rule: atLeast(1),
    synonyms: synonyms('group.consumer.session.timeout.ms'),
  }),
  'errors.deadletterqueue.copy.record.enable': boolean('false', 'cluster-wide', {
    doc: 'Whether a dead letter has the key and the value of the record, or only tells where it is.',
  }),
  'errors.deadletterqueue.topic.name': string('', 'cluster-wide', {
    doc: 'The topic for records that a share group rejects, or is given too often; empty: they are only given up.',
    rule: NOT_INTERNAL,
  }),
  'share.assignment.interval.ms': int('1000', 'cluster-wide', {
    doc: 'How far apart two assignments of the group are at least.',
    rule: atLeast(0),
    synonyms: synonyms('group.share.assignment.interval.ms'),
  }),
  'share.assignor.offload.enable': boolean('true', 'cluster-wide', {
    internal: true,
    synonyms: synonyms('group.share.assignor.offload.enable'),
  }),
  'share.auto.offset.reset': string('latest', 'cluster-wide', {
    doc: 'Where the group starts in a partition it has not read: `earliest`, `latest`, or `by_duration:` and an ISO 8601 duration such as `PT1H`.',
    rule: SHARE_OFFSET_RESET,
  }),
  'share.delivery.count.limit': int('5', 'cluster-wide', {
    doc: 'How often a record is delivered, until it is given up.',
    rule: atLeast(2),
    synonyms: synonyms('group.share.delivery.count.limit'),
  }),
  'share.heartbeat.interval.ms': int('5000', 'cluster-wide', {
    doc: 'How often a member is told to send its heartbeat.',
    rule: atLeast(1),
    synonyms: synonyms('group.share.heartbeat.interval.ms'),
  }),
  'share.isolation.level': string('read_uncommitted', 'cluster-wide', {
    doc: 'Whether records of open and aborted transactions are delivered.',
    rule: oneOf('read_committed', 'read_uncommitted'),
  }),
  'share.partition.max.record.locks': int('2000', 'cluster-wide', {
    doc: 'How many records of a partition may be on their way to members.',
    rule: atLeast(100),
    synonyms: synonyms('group.share.partition.max.record.locks'),
  }),
  'share.record.lock.duration.ms': int('30000', 'cluster-wide', {
    doc: 'How long a member has a record, until others may have it.',
    rule: atLeast(1000),
    synonyms: synonyms('group.share.record.lock.duration.ms'),
  }),
  'share.renew.acknowledge.enable': boolean('true', 'cluster-wide', {
    doc: 'Whether members may renew their locks (KIP-1222).',
  }),
  'share.session.timeout.ms': int('45000', 'cluster-wide', {
    doc: 'How long a member is waited for after its last heartbeat.',
    rule: atLeast(1),
    synonyms: synonyms('group.share.session.timeout.ms'),
  }),
  'streams.acceptable.recovery.lag': long('10000', 'cluster-wide', {
    doc: 'What members are told of how many offsets behind a restored state may be.',
    rule: atLeast(0),
    internal: true,
    synonyms: synonyms('group.streams.acceptable.recovery.lag'),
  }),
  'streams.assignment.interval.ms': int('1000', 'cluster-wide', {
    doc: 'How far apart two assignments are at least: who joins meanwhile is assigned together.',
    rule: atLeast(0),
    synonyms: synonyms('group.streams.assignment.interval.ms'),
  }),
  'streams.assignor.name': string(null, 'cluster-wide', {
    doc: 'The assignor of tasks, one of group.streams.assignors; the first of them where there is none.',
    synonyms: synonyms('group.streams.assignors'),
  }),
  'streams.assignor.offload.enable': boolean('true', 'cluster-wide', {
    internal: true,
    synonyms: synonyms('group.streams.assignor.offload.enable'),
  }),
  'streams.heartbeat.interval.ms': int('5000', 'cluster-wide', {
    doc: 'How often a member is told to send its heartbeat.',
    rule: atLeast(1),
    synonyms: synonyms('group.streams.heartbeat.interval.ms'),
  }),
  'streams.initial.rebalance.delay.ms': int('3000', 'cluster-wide', {
    doc: 'How long the group waits for more members after the first, before tasks are assigned.',
    rule: atLeast(0),
    synonyms: synonyms('group.streams.initial.rebalance.delay.ms'),
  }),
  'streams.num.standby.replicas': int('0', 'cluster-wide', {
    doc: 'How many standby replicas each task with a state has.',
    rule: atLeast(0),
    synonyms: synonyms('group.streams.num.standby.replicas'),
  }),
  'streams.num.warmup.replicas': int('2', 'cluster-wide', {
    rule: atLeast(0),
    internal: true,
    synonyms: synonyms('group.streams.num.warmup.replicas'),
  }),
  'streams.rack.aware.assignment.tags': list('', 'cluster-wide', {
    doc: 'Tags that every member has to have; one without is told so.',
    synonyms: synonyms('group.streams.rack.aware.assignment.tags'),
  }),
  'streams.session.timeout.ms': int('45000', 'cluster-wide', {
    doc: 'How long a member is waited for after its last heartbeat.',
    rule: atLeast(1),
    synonyms: synonyms('group.streams.session.timeout.ms'),
  }),
  'streams.task.offset.interval.ms': int('60000', 'cluster-wide', {
    doc: 'How often members are told to tell how far their states are restored.',
    rule: atLeast(1),
    internal: true,
    synonyms: synonyms('group.streams.task.offset.interval.ms'),
  }),
};
