import { expect, it } from 'vitest';
import { loadRocksLevel } from '../../../src/adapters/rocksdb/rocks-binding.ts';

it('tells how to install the package when it is missing', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package '@nxtedition/rocksdb'"));
  const loading = loadRocksLevel(missing);
  await expect(loading).rejects.toMatchObject({ errorName: 'INVALID_CONFIG' });
  await expect(loading).rejects.toThrow('`npm install @nxtedition/rocksdb`');
});
