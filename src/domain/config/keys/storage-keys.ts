import { atLeast, between, oneOf } from '../config-rule.ts';
import { boolean, int, long, string } from '../key-builders.ts';

const MEBIBYTE = 1024 * 1024;

/** The storage engine and what each of them takes; none of these is a key of Kafka. */
export const STORAGE_KEYS = {
  'storage.engine': string('segment', 'read-only', {
    rule: oneOf('memory', 'segment', 'rocksdb', 'leveldb'),
    toml: 'storage.engine',
    doc: "Where logs are kept (KawaDB's own key): in segment files as Kafka writes them, in memory, or in a RocksDB or LevelDB database. rocksdb needs the package @nxtedition/rocksdb beside KawaDB.",
  }),
  'storage.leveldb.cache_bytes': int('8388608', 'read-only', {
    rule: atLeast(0),
    toml: 'storage.leveldb.cache_bytes',
    doc: "Memory for blocks that were read, of the leveldb engine (KawaDB's own key).",
  }),
  'storage.leveldb.file_bytes': int('67108864', 'read-only', {
    rule: between(MEBIBYTE, 1024 * MEBIBYTE),
    toml: 'storage.leveldb.file_bytes',
    doc: "The size of a table file of the leveldb engine (KawaDB's own key). Small ones cost more compaction.",
  }),
  'storage.leveldb.open_files_max': int('1000', 'read-only', {
    rule: between(74, 50_000),
    toml: 'storage.leveldb.open_files_max',
    doc: "Table files the leveldb engine keeps open, and mapped into memory, so that the pages of them that are cached count as memory of the process (KawaDB's own key).",
  }),
  'storage.leveldb.write_buffer_bytes': int('67108864', 'read-only', {
    rule: between(MEBIBYTE, 1024 * MEBIBYTE),
    toml: 'storage.leveldb.write_buffer_bytes',
    doc: "Memory in which the leveldb engine gathers what is written before it makes a table file of it, twice at most (KawaDB's own key). Small ones cost more compaction.",
  }),
  'storage.rocksdb.cache_bytes': long('67108864', 'read-only', {
    rule: between(MEBIBYTE, 4095 * MEBIBYTE),
    toml: 'storage.rocksdb.cache_bytes',
    doc: "Memory for blocks that were read and for the indexes of table files, of the rocksdb engine (KawaDB's own key).",
  }),
  'storage.rocksdb.compaction': string('universal', 'read-only', {
    rule: oneOf('universal', 'level'),
    toml: 'storage.rocksdb.compaction',
    doc: "How the rocksdb engine merges table files (KawaDB's own key): universal writes less, level needs less room while it merges, and compresses old data.",
  }),
  'storage.rocksdb.memtable_bytes': long('268435456', 'read-only', {
    rule: between(16 * MEBIBYTE, 4095 * MEBIBYTE),
    toml: 'storage.rocksdb.memtable_bytes',
    doc: "Memory in which the rocksdb engine gathers what is written, in four buffers, before it makes table files of it; half more at most (KawaDB's own key).",
  }),
  'storage.segment.journal_bytes': long('201326592', 'read-only', {
    rule: between(0, 4095 * MEBIBYTE),
    toml: 'storage.segment.journal_bytes',
    doc: "The room of the segment engine's journal on the disk, into which appends to many partitions at once go so that one sync does for all of them (KawaDB's own key); 0 for none.",
  }),
  'storage.segment.open_files_max': int('4096', 'read-only', {
    rule: between(16, 1_000_000),
    toml: 'storage.segment.open_files_max',
    doc: "Files the segment engine keeps open (KawaDB's own key); more only while more are being written or read. Others are opened when they are needed.",
  }),
  'storage.unsynced_bytes_max': long('-1', 'read-only', {
    rule: atLeast(-1),
    toml: 'storage.unsynced_bytes_max',
    doc: "Bytes that may be written and not yet synced, where log.flush.interval.messages leaves syncs to later (KawaDB's own key). Beyond it acknowledgements wait for the device, so that it is producers that slow down and not everything. -1 for a sixteenth of the memory.",
  }),
  'storage.verify_on_read': boolean('true', 'read-only', {
    toml: 'storage.verify_on_read',
    doc: "Whether each batch's checksum is verified before it is served from a disk (KawaDB's own key), so that a consumer is told of a damaged one (CORRUPT_MESSAGE) instead of getting it.",
  }),
};
