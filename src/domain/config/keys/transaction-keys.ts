import { atLeast, between } from '../config-rule.ts';
import { boolean, int, short, string } from '../key-builders.ts';

/** Producers, transactions and share groups' state. */
export const TRANSACTION_KEYS = {
  'add.partitions.to.txn.retry.backoff.max.ms': int('100', 'read-only', {
    rule: atLeast(0),
    doc: 'How long the first records of a transaction wait for the end of the one before.',
  }),
  'add.partitions.to.txn.retry.backoff.ms': int('20', 'read-only', {
    rule: atLeast(1),
    doc: 'How often is looked meanwhile whether it has ended.',
  }),
  'errors.deadletterqueue.auto.create.topics.enable': boolean('false', 'cluster-wide', {
    doc: 'Whether the topic that a share group names for its dead letters is created if it is missing.',
  }),
  'errors.deadletterqueue.topic.name.prefix': string('dlq.', 'cluster-wide', {
    doc: 'How the names of topics for dead letters have to begin; empty: any name will do.',
  }),
  'producer.id.expiration.check.interval.ms': int('600000', 'read-only', {
    rule: atLeast(1),
    internal: true,
    doc: 'How often producers whose time is over are looked for.',
  }),
  'producer.id.expiration.ms': int('86400000', 'cluster-wide', {
    rule: atLeast(1),
    doc: 'How long the sequence of an idle producer is remembered.',
  }),
  'share.coordinator.append.linger.ms': int('-1', 'read-only', { rule: atLeast(-1) }),
  'share.coordinator.cached.buffer.max.bytes': int('1048588', 'cluster-wide', {
    rule: atLeast(524288),
  }),
  'share.coordinator.cold.partition.snapshot.interval.ms': int('300000', 'read-only', {
    rule: atLeast(1),
    internal: true,
    doc: 'How often the share groups of quiet partitions are written anew, so that their older records can go.',
  }),
  'share.coordinator.load.buffer.size': int('5242880', 'read-only', { rule: atLeast(1) }),
  'share.coordinator.snapshot.update.records.per.snapshot': int('500', 'read-only', {
    rule: between(0, 500),
    doc: 'How many updates of a share-partition are written before its whole state is written again.',
  }),
  'share.coordinator.state.topic.compression.codec': int('0', 'read-only'),
  'share.coordinator.state.topic.min.isr': short('1', 'read-only', {
    rule: atLeast(1),
    doc: 'min.insync.replicas of __share_group_state.',
  }),
  'share.coordinator.state.topic.num.partitions': int('50', 'read-only', {
    rule: atLeast(1),
    doc: 'Partitions of __share_group_state; fixed once the topic exists.',
  }),
  'share.coordinator.state.topic.prune.interval.ms': int('300000', 'read-only', {
    rule: atLeast(1),
    internal: true,
    doc: 'How often records of __share_group_state that nobody needs any more are deleted.',
  }),
  'share.coordinator.state.topic.replication.factor': short('1', 'read-only', {
    rule: atLeast(1),
    doc: 'Replicas of __share_group_state.',
  }),
  'share.coordinator.state.topic.segment.bytes': int('104857600', 'read-only', {
    rule: atLeast(1),
    doc: 'Segment size of __share_group_state.',
  }),
  'share.coordinator.threads': int('1', 'read-only', { rule: atLeast(1) }),
  'share.coordinator.write.timeout.ms': int('5000', 'read-only', { rule: atLeast(1) }),
  'share.fetch.purgatory.purge.interval.requests': int('1000', 'read-only'),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int('10000', 'read-only', {
    rule: atLeast(1),
    doc: 'How often transactions are looked for that run longer than their timeout.',
  }),
  'transaction.max.timeout.ms': int('900000', 'read-only', {
    rule: atLeast(1),
    doc: 'The longest transaction timeout a producer may ask for.',
  }),
  'transaction.partition.verification.enable': boolean('true', 'cluster-wide', {
    doc: 'Records of a transaction are refused in partitions that were not added to it.',
  }),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int('3600000', 'read-only', {
    rule: atLeast(1),
    doc: 'How often transactional ids are looked for that nobody uses any more.',
  }),
  'transaction.state.log.load.buffer.size': int('5242880', 'read-only', { rule: atLeast(1) }),
  'transaction.state.log.min.isr': int('1', 'read-only', {
    rule: atLeast(1),
    doc: 'min.insync.replicas of __transaction_state.',
  }),
  'transaction.state.log.num.partitions': int('50', 'read-only', {
    rule: atLeast(1),
    doc: 'Partitions of __transaction_state; fixed once the topic exists.',
  }),
  'transaction.state.log.replication.factor': short('1', 'read-only', {
    rule: atLeast(1),
    doc: 'Replicas of __transaction_state.',
  }),
  'transaction.state.log.segment.bytes': int('104857600', 'read-only', {
    rule: atLeast(1),
    doc: 'Segment size of __transaction_state.',
  }),
  'transaction.two.phase.commit.enable': boolean('false', 'read-only'),
  'transactional.id.expiration.ms': int('604800000', 'read-only', {
    rule: atLeast(1),
    doc: 'How long an unused transactional id is remembered.',
  }),
};
