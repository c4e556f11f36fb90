import { atLeast, between, betweenOr, listOf, oneOf, THROTTLED_REPLICAS } from '../config-rule.ts';
import { boolean, double, int, list, long, string, synonyms } from '../key-builders.ts';

/** Configs a topic can have of its own (Kafka's LogConfig). */
export const TOPIC_KEYS = {
  'cleanup.policy': list('delete', 'cluster-wide', {
    rule: listOf('compact', 'delete'),
    synonyms: synonyms('log.cleanup.policy'),
    doc: 'What happens to old data: delete drops it, compact keeps the newest record of each key.',
  }),
  'compression.gzip.level': int('-1', 'cluster-wide', {
    rule: betweenOr(1, 9, -1),
    synonyms: synonyms('compression.gzip.level'),
    doc: 'How hard gzip tries where compression.type is gzip; -1 is its own default.',
  }),
  'compression.lz4.level': int('9', 'cluster-wide', {
    rule: between(1, 17),
    synonyms: synonyms('compression.lz4.level'),
    doc: 'How hard lz4 tries.',
  }),
  'compression.type': string('producer', 'cluster-wide', {
    rule: oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
    synonyms: synonyms('compression.type'),
    doc: 'The codec batches are stored with; producer keeps that of the producer.',
  }),
  'compression.zstd.level': int('3', 'cluster-wide', {
    rule: between(-131072, 22),
    synonyms: synonyms('compression.zstd.level'),
    doc: 'How hard zstd tries where compression.type is zstd.',
  }),
  'delete.retention.ms': long('86400000', 'cluster-wide', {
    rule: atLeast(0),
    synonyms: synonyms('log.cleaner.delete.retention.ms'),
    doc: 'How long tombstones stay readable in a compacted topic.',
  }),
  'errors.deadletterqueue.group.enable': boolean('false', 'cluster-wide', {
    doc: 'Whether share groups may write their dead letters to the topic.',
  }),
  'file.delete.delay.ms': long('60000', 'cluster-wide', {
    rule: atLeast(0),
    synonyms: synonyms('log.segment.delete.delay.ms'),
  }),
  'flush.messages': long('1', 'cluster-wide', {
    rule: atLeast(1),
    synonyms: synonyms('log.flush.interval.messages'),
    doc: "Appended batches between two syncs to disk. 1 (KawaDB's default) answers a producer only when its data survive power loss.",
  }),
  'flush.ms': long('9223372036854775807', 'cluster-wide', {
    rule: atLeast(0),
    synonyms: synonyms('log.flush.interval.ms'),
    doc: 'How long appended data may wait for a sync when not every append is synced.',
  }),
  'follower.replication.throttled.replicas': list('', 'cluster-wide', { rule: THROTTLED_REPLICAS }),
  'index.interval.bytes': int('4096', 'cluster-wide', {
    rule: atLeast(0),
    synonyms: synonyms('log.index.interval.bytes'),
    doc: 'Bytes of data between two entries of an index.',
  }),
  'internal.segment.bytes': int(null, 'cluster-wide', { internal: true }),
  'leader.replication.throttled.replicas': list('', 'cluster-wide', { rule: THROTTLED_REPLICAS }),
  'local.retention.bytes': long('-2', 'cluster-wide', {
    rule: atLeast(-2),
    synonyms: synonyms('log.local.retention.bytes'),
  }),
  'local.retention.ms': long('-2', 'cluster-wide', {
    rule: atLeast(-2),
    synonyms: synonyms('log.local.retention.ms'),
  }),
  'max.compaction.lag.ms': long('9223372036854775807', 'cluster-wide', {
    rule: atLeast(1),
    synonyms: synonyms('log.cleaner.max.compaction.lag.ms'),
    doc: 'How long a record may stay uncompacted, however little of its log is dirty.',
  }),
  'max.decompressed.message.bytes': int('2147483639', 'cluster-wide', {
    rule: between(1, 2147483639),
    synonyms: synonyms('max.decompressed.message.bytes'),
    doc: 'How large a batch may become when it is decompressed.',
  }),
  'max.message.bytes': int('1048588', 'cluster-wide', {
    rule: atLeast(0),
    synonyms: synonyms('message.max.bytes'),
    doc: 'The largest record batch that is accepted, as compressed.',
  }),
  'message.timestamp.after.max.ms': long('3600000', 'cluster-wide', {
    rule: atLeast(0),
    synonyms: synonyms('log.message.timestamp.after.max.ms'),
    doc: "How far after the broker's clock a producer's timestamp may lie.",
  }),
  'message.timestamp.before.max.ms': long('9223372036854775807', 'cluster-wide', {
    rule: atLeast(0),
    synonyms: synonyms('log.message.timestamp.before.max.ms'),
    doc: "How far before the broker's clock a producer's timestamp may lie.",
  }),
  'message.timestamp.type': string('CreateTime', 'cluster-wide', {
    rule: oneOf('CreateTime', 'LogAppendTime'),
    synonyms: synonyms('log.message.timestamp.type'),
    doc: 'Whether a record keeps the time its producer gave it or gets that of its append.',
  }),
  'min.cleanable.dirty.ratio': double('0.5', 'cluster-wide', {
    rule: between(0, 1),
    synonyms: synonyms('log.cleaner.min.cleanable.ratio'),
    doc: 'The part of a log that has to be uncompacted before it is compacted.',
  }),
  'min.compaction.lag.ms': long('0', 'cluster-wide', {
    rule: atLeast(0),
    synonyms: synonyms('log.cleaner.min.compaction.lag.ms'),
    doc: 'How long every record stays as it was written.',
  }),
  'min.insync.replicas': int('1', 'cluster-wide', {
    rule: atLeast(1),
    synonyms: synonyms('min.insync.replicas'),
    doc: 'How many replicas must have an append before acks=all is answered.',
  }),
  preallocate: boolean('false', 'cluster-wide', { synonyms: synonyms('log.preallocate') }),
  'remote.copy.lag.bytes': long('-1', 'cluster-wide', {
    rule: atLeast(-1),
    synonyms: synonyms('log.remote.copy.lag.bytes'),
  }),
  'remote.copy.lag.ms': long('0', 'cluster-wide', {
    rule: atLeast(-1),
    synonyms: synonyms('log.remote.copy.lag.ms'),
  }),
  'remote.log.copy.disable': boolean('false', 'cluster-wide'),
  'remote.log.delete.on.disable': boolean('false', 'cluster-wide'),
  'remote.storage.enable': boolean('false', 'cluster-wide'),
  'retention.bytes': long('-1', 'cluster-wide', {
    synonyms: synonyms('log.retention.bytes'),
    doc: 'How large a partition may grow before its oldest segments go; -1 sets no bound.',
  }),
  'retention.ms': long('604800000', 'cluster-wide', {
    rule: atLeast(-1),
    synonyms: synonyms('log.retention.ms'),
    doc: 'How long data are kept; -1 keeps them for ever.',
  }),
  'segment.bytes': int('1073741824', 'cluster-wide', {
    rule: atLeast(1048576),
    synonyms: synonyms('log.segment.bytes'),
    doc: 'The size at which a new segment file is started.',
  }),
  'segment.index.bytes': int('10485760', 'cluster-wide', {
    rule: atLeast(4),
    synonyms: synonyms('log.index.size.max.bytes'),
    doc: 'The largest size of an index file.',
  }),
  'segment.jitter.ms': long('0', 'cluster-wide', {
    rule: atLeast(0),
    synonyms: synonyms('log.roll.jitter.ms'),
    doc: 'How much sooner than segment.ms a segment may end, which differs from log to log, so that not all end at once.',
  }),
  'segment.ms': long('604800000', 'cluster-wide', {
    rule: atLeast(1),
    synonyms: synonyms('log.roll.ms'),
    doc: 'The age at which a new segment file is started.',
  }),
  'unclean.leader.election.enable': boolean('false', 'cluster-wide', {
    synonyms: synonyms('unclean.leader.election.enable'),
  }),
};
