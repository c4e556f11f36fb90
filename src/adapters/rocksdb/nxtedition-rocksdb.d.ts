// The package comes without types.
declare module '@nxtedition/rocksdb' {
  export const RocksLevel: unknown;
}
