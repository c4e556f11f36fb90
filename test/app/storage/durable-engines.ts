/** The storage engines whose data are in a folder. */
export const DURABLE_ENGINES = ['segment', 'rocksdb', 'leveldb'] as const;
