import { logStoreContract } from '../../../src/testing/log-store-contract.ts';
import { ArrayLogStore, CAPABILITIES } from './array-log-store.ts';

logStoreContract({
  name: 'array',
  capabilities: CAPABILITIES,
  create: () => new ArrayLogStore(),
  // Data that live in the object are had again by opening it again.
  again: (closed) => closed,
});
