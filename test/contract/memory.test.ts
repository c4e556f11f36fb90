import { MemoryLogStore } from '../../src/adapters/memory/memory-log-store.ts';
import { logStoreContract } from '../../src/testing/log-store-contract.ts';

logStoreContract({
  name: 'memory',
  capabilities: {
    name: 'memory',
    durable: false,
    atomicAcrossLogs: true,
    exactPrefixDrop: false,
    syncCost: 'none',
  },
  create: () => new MemoryLogStore(),
  again: (closed) => closed,
});
