/** The storage engines whose data outlive the process. */
export const durableEngines = ['segment', 'rocksdb', 'leveldb'] as const;
