import { atLeast, between, betweenOr, listOf, oneOf } from '../config-rule.ts';
import { boolean, double, int, list, long, string, synonyms } from '../key-builders.ts';

/** Logs: segments, retention, compaction, timestamps, compression. */
export const LOG_KEYS = {
  'compression.gzip.level': int('-1', 'cluster-wide', {
    rule: betweenOr(1, 9, -1),
    doc: 'How hard gzip tries; -1 is its own default.',
  }),
  'compression.lz4.level': int('9', 'cluster-wide', {
    rule: between(1, 17),
    doc: 'How hard lz4 tries.',
  }),
  'compression.type': string('producer', 'cluster-wide', {
    rule: oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
    doc: 'The codec batches are stored with; producer keeps that of the producer.',
  }),
  'compression.zstd.level': int('3', 'cluster-wide', {
    rule: between(-131072, 22),
    doc: 'How hard zstd tries.',
  }),
  'log.cleaner.backoff.ms': long('15000', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'How long the cleaner waits when there is no log to clean.',
  }),
  'log.cleaner.dedupe.buffer.size': long('134217728', 'cluster-wide', {
    doc: 'The most memory for the keys of the logs being cleaned, 24 bytes each. It is taken as it is needed.',
  }),
  'log.cleaner.delete.retention.ms': long('86400000', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'How long tombstones stay readable in a compacted topic.',
  }),
  'log.cleaner.enable': boolean('true', 'read-only', {
    doc: 'Whether logs of compacted topics are compacted.',
  }),
  'log.cleaner.io.buffer.load.factor': double('0.9', 'cluster-wide', {
    doc: 'How full that memory may get before a round of cleaning ends.',
  }),
  'log.cleaner.io.buffer.size': int('524288', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'Memory for what the cleaner reads and writes at a time.',
  }),
  'log.cleaner.io.max.bytes.per.second': double('1.7976931348623157E308', 'cluster-wide', {
    doc: 'How much the cleaner reads and writes a second, all logs together.',
  }),
  'log.cleaner.max.compaction.lag.ms': long('9223372036854775807', 'cluster-wide', {
    rule: atLeast(1),
    doc: 'How long a record may stay uncompacted, however little of its log is dirty.',
  }),
  'log.cleaner.min.cleanable.ratio': double('0.5', 'cluster-wide', {
    rule: between(0, 1),
    doc: 'The part of a log that has to be uncompacted before it is compacted.',
  }),
  'log.cleaner.min.compaction.lag.ms': long('0', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'How long every record stays as it was written.',
  }),
  'log.cleaner.threads': int('1', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'Logs that are cleaned at the same time.',
  }),
  'log.cleanup.policy': list('delete', 'cluster-wide', {
    rule: listOf('compact', 'delete'),
    doc: 'What happens to old data: delete drops it, compact keeps the newest record of each key.',
  }),
  'log.dir': list('./kawa-data', 'read-only', {
    doc: 'One data directory, used when log.dirs is unset.',
  }),
  'log.dir.failure.timeout.ms': long('30000', 'read-only', { rule: atLeast(1) }),
  'log.dirs': list('./kawa-data', 'read-only', {
    toml: 'storage.data_dir',
    doc: 'The directories data are kept in. KawaDB uses the first one.',
  }),
  'log.flush.interval.messages': long('1', 'cluster-wide', {
    rule: atLeast(1),
    doc: "Appended batches between two syncs to disk. 1 (KawaDB's default) answers a producer only when its data survive power loss.",
  }),
  'log.flush.interval.ms': long(null, 'cluster-wide', {
    rule: atLeast(0),
    toml: 'storage.sync_interval_ms',
    synonyms: synonyms('log.flush.scheduler.interval.ms'),
    doc: 'How long appended data may wait for a sync. It alone makes nothing less safe: as long as log.flush.interval.messages is 1, every append is synced before it is answered; only above 1 is this how much a power loss can cost.',
  }),
  'log.flush.offset.checkpoint.interval.ms': int('60000', 'read-only', {
    rule: atLeast(0),
    doc: 'How often is noted where the logs stand, from where a start after a crash goes on; 0: only at a stop.',
  }),
  'log.flush.scheduler.interval.ms': long('9223372036854775807', 'read-only', {
    doc: 'How often is looked for data whose sync is due.',
  }),
  'log.flush.start.offset.checkpoint.interval.ms': int('60000', 'read-only', { rule: atLeast(0) }),
  'log.index.interval.bytes': int('4096', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'Bytes of data between two entries of an index.',
  }),
  'log.index.size.max.bytes': int('10485760', 'cluster-wide', {
    rule: atLeast(4),
    doc: 'The largest size of an index file.',
  }),
  'log.initial.task.delay.ms': long('30000', 'read-only', { rule: atLeast(0), internal: true }),
  'log.local.retention.bytes': long('-2', 'cluster-wide', { rule: atLeast(-2) }),
  'log.local.retention.ms': long('-2', 'cluster-wide', { rule: atLeast(-2) }),
  'log.message.timestamp.after.max.ms': long('3600000', 'cluster-wide', {
    rule: atLeast(0),
    doc: "How far after the broker's clock a producer's timestamp may lie.",
  }),
  'log.message.timestamp.before.max.ms': long('9223372036854775807', 'cluster-wide', {
    rule: atLeast(0),
    doc: "How far before the broker's clock a producer's timestamp may lie.",
  }),
  'log.message.timestamp.type': string('CreateTime', 'cluster-wide', {
    rule: oneOf('CreateTime', 'LogAppendTime'),
    doc: 'Whether a record keeps the time its producer gave it or gets that of its append.',
  }),
  'log.preallocate': boolean('false', 'cluster-wide'),
  'log.remote.copy.lag.bytes': long('-1', 'cluster-wide', { rule: atLeast(-1) }),
  'log.remote.copy.lag.ms': long('0', 'cluster-wide', { rule: atLeast(-1) }),
  'log.retention.bytes': long('-1', 'cluster-wide', {
    doc: 'How large a partition may grow before its oldest segments go; -1 sets no bound.',
  }),
  'log.retention.check.interval.ms': long('300000', 'read-only', {
    rule: atLeast(1),
    doc: 'How often is looked for segments whose time is over.',
  }),
  'log.retention.hours': int('168', 'read-only', { doc: 'As log.retention.ms, in hours.' }),
  'log.retention.minutes': int(null, 'read-only', {
    synonyms: synonyms(['log.retention.hours', 60]),
    doc: 'As log.retention.ms, in minutes.',
  }),
  'log.retention.ms': long(null, 'cluster-wide', {
    synonyms: synonyms(['log.retention.minutes', 60_000], ['log.retention.hours', 3_600_000]),
    doc: 'How long data are kept; -1 keeps them for ever. Goes before the minutes and the hours.',
  }),
  'log.roll.hours': int('168', 'read-only', { rule: atLeast(1), doc: 'As log.roll.ms, in hours.' }),
  'log.roll.jitter.hours': int('0', 'read-only', {
    rule: atLeast(0),
    doc: 'As log.roll.jitter.ms, in hours.',
  }),
  'log.roll.jitter.ms': long(null, 'cluster-wide', {
    synonyms: synonyms(['log.roll.jitter.hours', 3_600_000]),
    doc: 'How much sooner than log.roll.ms a segment may end. Goes before the hours.',
  }),
  'log.roll.ms': long(null, 'cluster-wide', {
    synonyms: synonyms(['log.roll.hours', 3_600_000]),
    doc: 'The age at which a new segment file is started. Goes before the hours.',
  }),
  'log.segment.bytes': int('1073741824', 'cluster-wide', {
    rule: atLeast(1048576),
    toml: 'storage.segment_size',
    doc: 'The size at which a new segment file is started.',
  }),
  'log.segment.delete.delay.ms': long('60000', 'cluster-wide', { rule: atLeast(0) }),
  'max.decompressed.message.bytes': int('2147483639', 'cluster-wide', {
    rule: between(1, 2147483639),
    doc: 'How large a batch may become when it is decompressed.',
  }),
  'message.max.bytes': int('1048588', 'cluster-wide', {
    rule: atLeast(0),
    doc: 'The largest record batch that is accepted, as compressed.',
  }),
  'min.insync.replicas': int('1', 'cluster-wide', {
    rule: atLeast(1),
    doc: 'How many replicas must have an append before acks=all is answered.',
  }),
  'num.recovery.threads.per.data.dir': int('2', 'cluster-wide', { rule: atLeast(1) }),
};
